var H=globalThis,k=H.ShadowRoot&&(H.ShadyCSS===void 0||H.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,O=Symbol(),G=new WeakMap,M=class{constructor(t,e,s){if(this._$cssResult$=!0,s!==O)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=t,this.t=e}get styleSheet(){let t=this.o,e=this.t;if(k&&t===void 0){let s=e!==void 0&&e.length===1;s&&(t=G.get(e)),t===void 0&&((this.o=t=new CSSStyleSheet).replaceSync(this.cssText),s&&G.set(e,t))}return t}toString(){return this.cssText}},Q=r=>new M(typeof r=="string"?r:r+"",void 0,O),R=(r,...t)=>{let e=r.length===1?r[0]:t.reduce((s,i,o)=>s+(n=>{if(n._$cssResult$===!0)return n.cssText;if(typeof n=="number")return n;throw Error("Value passed to 'css' function must be a 'css' function result: "+n+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(i)+r[o+1],r[0]);return new M(e,r,O)},X=(r,t)=>{if(k)r.adoptedStyleSheets=t.map(e=>e instanceof CSSStyleSheet?e:e.styleSheet);else for(let e of t){let s=document.createElement("style"),i=H.litNonce;i!==void 0&&s.setAttribute("nonce",i),s.textContent=e.cssText,r.appendChild(s)}},L=k?r=>r:r=>r instanceof CSSStyleSheet?(t=>{let e="";for(let s of t.cssRules)e+=s.cssText;return Q(e)})(r):r;var{is:mt,defineProperty:vt,getOwnPropertyDescriptor:_t,getOwnPropertyNames:gt,getOwnPropertySymbols:At,getPrototypeOf:yt}=Object,T=globalThis,Y=T.trustedTypes,bt=Y?Y.emptyScript:"",xt=T.reactiveElementPolyfillSupport,w=(r,t)=>r,V={toAttribute(r,t){switch(t){case Boolean:r=r?bt:null;break;case Object:case Array:r=r==null?r:JSON.stringify(r)}return r},fromAttribute(r,t){let e=r;switch(t){case Boolean:e=r!==null;break;case Number:e=r===null?null:Number(r);break;case Object:case Array:try{e=JSON.parse(r)}catch{e=null}}return e}},et=(r,t)=>!mt(r,t),tt={attribute:!0,type:String,converter:V,reflect:!1,useDefault:!1,hasChanged:et};Symbol.metadata??=Symbol("metadata"),T.litPropertyMetadata??=new WeakMap;var $=class extends HTMLElement{static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(t,e=tt){if(e.state&&(e.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(t)&&((e=Object.create(e)).wrapped=!0),this.elementProperties.set(t,e),!e.noAccessor){let s=Symbol(),i=this.getPropertyDescriptor(t,s,e);i!==void 0&&vt(this.prototype,t,i)}}static getPropertyDescriptor(t,e,s){let{get:i,set:o}=_t(this.prototype,t)??{get(){return this[e]},set(n){this[e]=n}};return{get:i,set(n){let l=i?.call(this);o?.call(this,n),this.requestUpdate(t,l,s)},configurable:!0,enumerable:!0}}static getPropertyOptions(t){return this.elementProperties.get(t)??tt}static _$Ei(){if(this.hasOwnProperty(w("elementProperties")))return;let t=yt(this);t.finalize(),t.l!==void 0&&(this.l=[...t.l]),this.elementProperties=new Map(t.elementProperties)}static finalize(){if(this.hasOwnProperty(w("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(w("properties"))){let e=this.properties,s=[...gt(e),...At(e)];for(let i of s)this.createProperty(i,e[i])}let t=this[Symbol.metadata];if(t!==null){let e=litPropertyMetadata.get(t);if(e!==void 0)for(let[s,i]of e)this.elementProperties.set(s,i)}this._$Eh=new Map;for(let[e,s]of this.elementProperties){let i=this._$Eu(e,s);i!==void 0&&this._$Eh.set(i,e)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(t){let e=[];if(Array.isArray(t)){let s=new Set(t.flat(1/0).reverse());for(let i of s)e.unshift(L(i))}else t!==void 0&&e.push(L(t));return e}static _$Eu(t,e){let s=e.attribute;return s===!1?void 0:typeof s=="string"?s:typeof t=="string"?t.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(t=>this.enableUpdating=t),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(t=>t(this))}addController(t){(this._$EO??=new Set).add(t),this.renderRoot!==void 0&&this.isConnected&&t.hostConnected?.()}removeController(t){this._$EO?.delete(t)}_$E_(){let t=new Map,e=this.constructor.elementProperties;for(let s of e.keys())this.hasOwnProperty(s)&&(t.set(s,this[s]),delete this[s]);t.size>0&&(this._$Ep=t)}createRenderRoot(){let t=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return X(t,this.constructor.elementStyles),t}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(t=>t.hostConnected?.())}enableUpdating(t){}disconnectedCallback(){this._$EO?.forEach(t=>t.hostDisconnected?.())}attributeChangedCallback(t,e,s){this._$AK(t,s)}_$ET(t,e){let s=this.constructor.elementProperties.get(t),i=this.constructor._$Eu(t,s);if(i!==void 0&&s.reflect===!0){let o=(s.converter?.toAttribute!==void 0?s.converter:V).toAttribute(e,s.type);this._$Em=t,o==null?this.removeAttribute(i):this.setAttribute(i,o),this._$Em=null}}_$AK(t,e){let s=this.constructor,i=s._$Eh.get(t);if(i!==void 0&&this._$Em!==i){let o=s.getPropertyOptions(i),n=typeof o.converter=="function"?{fromAttribute:o.converter}:o.converter?.fromAttribute!==void 0?o.converter:V;this._$Em=i;let l=n.fromAttribute(e,o.type);this[i]=l??this._$Ej?.get(i)??l,this._$Em=null}}requestUpdate(t,e,s,i=!1,o){if(t!==void 0){let n=this.constructor;if(i===!1&&(o=this[t]),s??=n.getPropertyOptions(t),!((s.hasChanged??et)(o,e)||s.useDefault&&s.reflect&&o===this._$Ej?.get(t)&&!this.hasAttribute(n._$Eu(t,s))))return;this.C(t,e,s)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(t,e,{useDefault:s,reflect:i,wrapped:o},n){s&&!(this._$Ej??=new Map).has(t)&&(this._$Ej.set(t,n??e??this[t]),o!==!0||n!==void 0)||(this._$AL.has(t)||(this.hasUpdated||s||(e=void 0),this._$AL.set(t,e)),i===!0&&this._$Em!==t&&(this._$Eq??=new Set).add(t))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(e){Promise.reject(e)}let t=this.scheduleUpdate();return t!=null&&await t,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[i,o]of this._$Ep)this[i]=o;this._$Ep=void 0}let s=this.constructor.elementProperties;if(s.size>0)for(let[i,o]of s){let{wrapped:n}=o,l=this[i];n!==!0||this._$AL.has(i)||l===void 0||this.C(i,void 0,o,l)}}let t=!1,e=this._$AL;try{t=this.shouldUpdate(e),t?(this.willUpdate(e),this._$EO?.forEach(s=>s.hostUpdate?.()),this.update(e)):this._$EM()}catch(s){throw t=!1,this._$EM(),s}t&&this._$AE(e)}willUpdate(t){}_$AE(t){this._$EO?.forEach(e=>e.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(t)),this.updated(t)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(t){return!0}update(t){this._$Eq&&=this._$Eq.forEach(e=>this._$ET(e,this[e])),this._$EM()}updated(t){}firstUpdated(t){}};$.elementStyles=[],$.shadowRootOptions={mode:"open"},$[w("elementProperties")]=new Map,$[w("finalized")]=new Map,xt?.({ReactiveElement:$}),(T.reactiveElementVersions??=[]).push("2.1.2");var K=globalThis,st=r=>r,N=K.trustedTypes,it=N?N.createPolicy("lit-html",{createHTML:r=>r}):void 0,lt="$lit$",m=`lit$${Math.random().toFixed(9).slice(2)}$`,ct="?"+m,Mt=`<${ct}>`,g=document,E=()=>g.createComment(""),C=r=>r===null||typeof r!="object"&&typeof r!="function",F=Array.isArray,wt=r=>F(r)||typeof r?.[Symbol.iterator]=="function",D=`[ 	
\f\r]`,S=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,rt=/-->/g,ot=/>/g,v=RegExp(`>|${D}(?:([^\\s"'>=/]+)(${D}*=${D}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),nt=/'/g,at=/"/g,pt=/^(?:script|style|textarea|title)$/i,J=r=>(t,...e)=>({_$litType$:r,strings:t,values:e}),dt=J(1),ut=J(2),Nt=J(3),A=Symbol.for("lit-noChange"),p=Symbol.for("lit-nothing"),ht=new WeakMap,_=g.createTreeWalker(g,129);function $t(r,t){if(!F(r)||!r.hasOwnProperty("raw"))throw Error("invalid template strings array");return it!==void 0?it.createHTML(t):t}var St=(r,t)=>{let e=r.length-1,s=[],i,o=t===2?"<svg>":t===3?"<math>":"",n=S;for(let l=0;l<e;l++){let a=r[l],c,d,h=-1,u=0;for(;u<a.length&&(n.lastIndex=u,d=n.exec(a),d!==null);)u=n.lastIndex,n===S?d[1]==="!--"?n=rt:d[1]!==void 0?n=ot:d[2]!==void 0?(pt.test(d[2])&&(i=RegExp("</"+d[2],"g")),n=v):d[3]!==void 0&&(n=v):n===v?d[0]===">"?(n=i??S,h=-1):d[1]===void 0?h=-2:(h=n.lastIndex-d[2].length,c=d[1],n=d[3]===void 0?v:d[3]==='"'?at:nt):n===at||n===nt?n=v:n===rt||n===ot?n=S:(n=v,i=void 0);let f=n===v&&r[l+1].startsWith("/>")?" ":"";o+=n===S?a+Mt:h>=0?(s.push(c),a.slice(0,h)+lt+a.slice(h)+m+f):a+m+(h===-2?l:f)}return[$t(r,o+(r[e]||"<?>")+(t===2?"</svg>":t===3?"</math>":"")),s]},P=class r{constructor({strings:t,_$litType$:e},s){let i;this.parts=[];let o=0,n=0,l=t.length-1,a=this.parts,[c,d]=St(t,e);if(this.el=r.createElement(c,s),_.currentNode=this.el.content,e===2||e===3){let h=this.el.content.firstChild;h.replaceWith(...h.childNodes)}for(;(i=_.nextNode())!==null&&a.length<l;){if(i.nodeType===1){if(i.hasAttributes())for(let h of i.getAttributeNames())if(h.endsWith(lt)){let u=d[n++],f=i.getAttribute(h).split(m),z=/([.?@])?(.*)/.exec(u);a.push({type:1,index:o,name:z[2],strings:f,ctor:z[1]==="."?B:z[1]==="?"?I:z[1]==="@"?q:b}),i.removeAttribute(h)}else h.startsWith(m)&&(a.push({type:6,index:o}),i.removeAttribute(h));if(pt.test(i.tagName)){let h=i.textContent.split(m),u=h.length-1;if(u>0){i.textContent=N?N.emptyScript:"";for(let f=0;f<u;f++)i.append(h[f],E()),_.nextNode(),a.push({type:2,index:++o});i.append(h[u],E())}}}else if(i.nodeType===8)if(i.data===ct)a.push({type:2,index:o});else{let h=-1;for(;(h=i.data.indexOf(m,h+1))!==-1;)a.push({type:7,index:o}),h+=m.length-1}o++}}static createElement(t,e){let s=g.createElement("template");return s.innerHTML=t,s}};function y(r,t,e=r,s){if(t===A)return t;let i=s!==void 0?e._$Co?.[s]:e._$Cl,o=C(t)?void 0:t._$litDirective$;return i?.constructor!==o&&(i?._$AO?.(!1),o===void 0?i=void 0:(i=new o(r),i._$AT(r,e,s)),s!==void 0?(e._$Co??=[])[s]=i:e._$Cl=i),i!==void 0&&(t=y(r,i._$AS(r,t.values),i,s)),t}var j=class{constructor(t,e){this._$AV=[],this._$AN=void 0,this._$AD=t,this._$AM=e}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(t){let{el:{content:e},parts:s}=this._$AD,i=(t?.creationScope??g).importNode(e,!0);_.currentNode=i;let o=_.nextNode(),n=0,l=0,a=s[0];for(;a!==void 0;){if(n===a.index){let c;a.type===2?c=new U(o,o.nextSibling,this,t):a.type===1?c=new a.ctor(o,a.name,a.strings,this,t):a.type===6&&(c=new W(o,this,t)),this._$AV.push(c),a=s[++l]}n!==a?.index&&(o=_.nextNode(),n++)}return _.currentNode=g,i}p(t){let e=0;for(let s of this._$AV)s!==void 0&&(s.strings!==void 0?(s._$AI(t,s,e),e+=s.strings.length-2):s._$AI(t[e])),e++}},U=class r{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(t,e,s,i){this.type=2,this._$AH=p,this._$AN=void 0,this._$AA=t,this._$AB=e,this._$AM=s,this.options=i,this._$Cv=i?.isConnected??!0}get parentNode(){let t=this._$AA.parentNode,e=this._$AM;return e!==void 0&&t?.nodeType===11&&(t=e.parentNode),t}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(t,e=this){t=y(this,t,e),C(t)?t===p||t==null||t===""?(this._$AH!==p&&this._$AR(),this._$AH=p):t!==this._$AH&&t!==A&&this._(t):t._$litType$!==void 0?this.$(t):t.nodeType!==void 0?this.T(t):wt(t)?this.k(t):this._(t)}O(t){return this._$AA.parentNode.insertBefore(t,this._$AB)}T(t){this._$AH!==t&&(this._$AR(),this._$AH=this.O(t))}_(t){this._$AH!==p&&C(this._$AH)?this._$AA.nextSibling.data=t:this.T(g.createTextNode(t)),this._$AH=t}$(t){let{values:e,_$litType$:s}=t,i=typeof s=="number"?this._$AC(t):(s.el===void 0&&(s.el=P.createElement($t(s.h,s.h[0]),this.options)),s);if(this._$AH?._$AD===i)this._$AH.p(e);else{let o=new j(i,this),n=o.u(this.options);o.p(e),this.T(n),this._$AH=o}}_$AC(t){let e=ht.get(t.strings);return e===void 0&&ht.set(t.strings,e=new P(t)),e}k(t){F(this._$AH)||(this._$AH=[],this._$AR());let e=this._$AH,s,i=0;for(let o of t)i===e.length?e.push(s=new r(this.O(E()),this.O(E()),this,this.options)):s=e[i],s._$AI(o),i++;i<e.length&&(this._$AR(s&&s._$AB.nextSibling,i),e.length=i)}_$AR(t=this._$AA.nextSibling,e){for(this._$AP?.(!1,!0,e);t!==this._$AB;){let s=st(t).nextSibling;st(t).remove(),t=s}}setConnected(t){this._$AM===void 0&&(this._$Cv=t,this._$AP?.(t))}},b=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(t,e,s,i,o){this.type=1,this._$AH=p,this._$AN=void 0,this.element=t,this.name=e,this._$AM=i,this.options=o,s.length>2||s[0]!==""||s[1]!==""?(this._$AH=Array(s.length-1).fill(new String),this.strings=s):this._$AH=p}_$AI(t,e=this,s,i){let o=this.strings,n=!1;if(o===void 0)t=y(this,t,e,0),n=!C(t)||t!==this._$AH&&t!==A,n&&(this._$AH=t);else{let l=t,a,c;for(t=o[0],a=0;a<o.length-1;a++)c=y(this,l[s+a],e,a),c===A&&(c=this._$AH[a]),n||=!C(c)||c!==this._$AH[a],c===p?t=p:t!==p&&(t+=(c??"")+o[a+1]),this._$AH[a]=c}n&&!i&&this.j(t)}j(t){t===p?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,t??"")}},B=class extends b{constructor(){super(...arguments),this.type=3}j(t){this.element[this.name]=t===p?void 0:t}},I=class extends b{constructor(){super(...arguments),this.type=4}j(t){this.element.toggleAttribute(this.name,!!t&&t!==p)}},q=class extends b{constructor(t,e,s,i,o){super(t,e,s,i,o),this.type=5}_$AI(t,e=this){if((t=y(this,t,e,0)??p)===A)return;let s=this._$AH,i=t===p&&s!==p||t.capture!==s.capture||t.once!==s.once||t.passive!==s.passive,o=t!==p&&(s===p||i);i&&this.element.removeEventListener(this.name,this,s),o&&this.element.addEventListener(this.name,this,t),this._$AH=t}handleEvent(t){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)}},W=class{constructor(t,e,s){this.element=t,this.type=6,this._$AN=void 0,this._$AM=e,this.options=s}get _$AU(){return this._$AM._$AU}_$AI(t){y(this,t)}};var Et=K.litHtmlPolyfillSupport;Et?.(P,U),(K.litHtmlVersions??=[]).push("3.3.3");var ft=(r,t,e)=>{let s=e?.renderBefore??t,i=s._$litPart$;if(i===void 0){let o=e?.renderBefore??null;s._$litPart$=i=new U(t.insertBefore(E(),o),o,void 0,e??{})}return i._$AI(r),i};var Z=globalThis,x=class extends ${constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let t=super.createRenderRoot();return this.renderOptions.renderBefore??=t.firstChild,t}update(t){let e=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(t),this._$Do=ft(e,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return A}};x._$litElement$=!0,x.finalized=!0,Z.litElementHydrateSupport?.({LitElement:x});var Ct=Z.litElementPolyfillSupport;Ct?.({LitElement:x});(Z.litElementVersions??=[]).push("4.2.2");var Pt={battery:"M3.5 8h15v8h-15zM21 11v2M6.5 11v2M9.5 11v2M12.5 11v2",bolt:"M13 3 5.5 13.5H11L10 21l8-11h-5.5z",calendar:"M4.5 6.5h15v14h-15zM4.5 10.5h15M8.5 4v4M15.5 4v4",car:"M4 16.5v-4L6 7a2 2 0 0 1 1.9-1.5h8.2A2 2 0 0 1 18 7l2 5.5v4zM4 12.5h16M5 16.5V19h2.5v-2.5M16.5 16.5V19H19v-2.5",check:"M5 12.5l4.5 4.5L19 7.5",climate:"M10 13.5v-8a2 2 0 0 1 4 0v8a4 4 0 1 1-4 0zM12 9v7.5",clock:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",close:"M6.5 6.5l11 11M17.5 6.5l-11 11",down:"M6 9.5l6 6l6-6",fan:"M12 10.2a1.8 1.8 0 1 0 0 3.6a1.8 1.8 0 0 0 0-3.6zM12 10.2C9 8 9.5 3.5 12.5 3.5s3 4 .8 6.9M13.8 12c2.2-3 6.7-2.5 6.7.5s-4 3-6.9.8M12 13.8c3 2.2 2.5 6.7-.5 6.7s-3-4-.8-6.9M10.2 12c-2.2 3-6.7 2.5-6.7-.5s4-3 6.9-.8",fuel:"M5 20V5.5A1.5 1.5 0 0 1 6.5 4h6A1.5 1.5 0 0 1 14 5.5V20M3.5 20h12M5 11h9M14 12.5h1.5A1.5 1.5 0 0 1 17 14v2.5a1.6 1.6 0 0 0 3.2 0V9l-3-3",horn:"M4 9.5v5h3.5l5 4v-13l-5 4zM16 9a4.5 4.5 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",info:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 11v5.5M12 7.8v.1",left:"M14.5 6l-6 6l6 6",lights:"M11 6c-5 0-7.5 3-7.5 6s2.5 6 7.5 6c1.5-4 1.5-8 0-12zM15 8l5.5-1M15.5 12H21M15 16l5.5 1",lock:"M7.5 11V8a4.5 4.5 0 0 1 9 0v3M5.5 11h13v9.5h-13zM12 14.5V17",moon:"M20 14.5A8 8 0 0 1 9.5 4A8 8 0 1 0 20 14.5z",pin:"M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 7.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4z",plug:"M9 3v5M15 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4",refresh:"M19.5 12a7.5 7.5 0 1 1-2.2-5.3M19.5 4v4h-4",right:"M9.5 6l6 6l-6 6",road:"M8 4L4 20M16 4l4 16M12 4v3M12 10.5v3M12 17v3",route:"M6 16a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM18 4a2 2 0 1 0 0 4a2 2 0 0 0 0-4zM8 18h7.5a3 3 0 0 0 0-6h-7a3 3 0 0 1 0-6H16",search:"M10.5 4.5a6 6 0 1 0 0 12a6 6 0 0 0 0-12zM15 15l5 5",shield:"M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9c-4-1.5-7-4.5-7-9V6z",stop:"M7 7h10v10H7z",tyre:"M12 3.5a8.5 8.5 0 1 0 0 17a8.5 8.5 0 0 0 0-17zM12 8.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z",unlock:"M7.5 11V8a4.5 4.5 0 0 1 8.7-1.5M5.5 11h13v9.5h-13zM12 14.5V17",warning:"M12 4L2.8 20h18.4zM12 10v4.5M12 17.3v.1",wrench:"M19.8 7.3a4.5 4.5 0 0 1-6.2 5.5l-6 6.2a2 2 0 0 1-2.8-2.8l6.2-6a4.5 4.5 0 0 1 5.5-6.2L13.8 6.7l.6 2.9l2.9.6z"},Ut=r=>ut`<path d=${Pt[r]} />`;function Zt(r){return dt`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${Ut(r)}</svg>`}var Xt=R`
  :host {
    --text: var(--primary-text-color, #141414);
    --quiet: var(--secondary-text-color, #5e5e5e);
    --line: var(--divider-color, rgba(0, 0, 0, 0.12));
    --accent: var(--primary-color, #03a9f4);
    --good: var(--state-sensor-battery-high-color, var(--success-color, #43a047));
    --medium: var(--state-sensor-battery-medium-color, var(--warning-color, #ffa600));
    --bad: var(--state-sensor-battery-low-color, var(--error-color, #db4437));
    --bad-text: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--text));
    --warn-text: color-mix(in srgb, var(--warning-color, #ffa600) 42%, var(--text));
    --accent-text: color-mix(in srgb, var(--accent) 55%, var(--text));
    --surface: color-mix(in srgb, var(--text) 5%, transparent);
    --radius: 12px;
    color: var(--text);
    font-size: 14px;
    line-height: 1.35;
  }
  [hidden] {
    display: none !important;
  }
  .icon {
    width: 20px;
    height: 20px;
    flex: none;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    text-align: start;
    -webkit-tap-highlight-color: transparent;
  }
  button:not(:disabled) {
    cursor: pointer;
  }
  button:focus-visible,
  select:focus-visible {
    outline: 2px solid var(--accent-text);
    outline-offset: 2px;
  }
  @media (hover: hover) {
    .link:hover {
      background: color-mix(in srgb, var(--text) 8%, transparent);
    }
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .quiet {
    color: var(--quiet);
  }
  .tiles {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
  }
  .tiles > * {
    flex: 1 1 128px;
  }
  /* At most so many columns; a word that is wider than one takes more, and the row wraps instead of the word */
  .even {
    display: flex;
    flex-wrap: wrap;
    gap: var(--gap);
  }
  .even > * {
    flex: 1 1 calc((100% - var(--gap) * var(--columns)) / (var(--columns) + 1) + 1px);
    grid-template-columns: minmax(min-content, 1fr);
    min-width: min-content;
    box-sizing: border-box;
  }
  .tile {
    display: grid;
    grid-template-columns: auto 1fr;
    column-gap: 10px;
    align-items: center;
    align-content: center;
    min-width: 0;
    min-height: 44px;
    padding: 8px 12px;
    box-sizing: border-box;
    border-radius: var(--radius);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .tile .icon {
    grid-row: span 2;
    color: var(--quiet);
  }
  .tile .value {
    font-weight: 500;
  }
  .tile .label {
    hyphens: auto;
    color: var(--quiet);
    font-size: 12px;
  }
  .tile .value:only-of-type {
    grid-row: span 2;
  }
  /* Whatever is sent: no text takes more than some lines */
  .clamp,
  .value,
  .label {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    overflow: hidden;
    overflow-wrap: anywhere;
    min-width: 0;
  }
  .even .clamp {
    overflow-wrap: break-word;
  }
  .stale .value {
    color: var(--quiet);
  }
  .age {
    white-space: nowrap;
  }
  .age::before {
    content: "· ";
  }
  .empty {
    display: flex;
    gap: 10px;
    align-items: center;
    color: var(--quiet);
    padding: 8px 4px;
    margin: 0;
  }
  .action {
    border-radius: 999px;
    padding: 8px 16px;
    min-height: 40px;
    background: var(--surface);
    font-weight: 500;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;function Yt(r){return`--columns:${r<=5?r:Math.ceil(r/Math.ceil(r/4))}`}export{R as a,dt as b,ut as c,p as d,x as e,Ut as f,Zt as g,Xt as h,Yt as i};
