import{b as C,d as D}from"./mybmw-chunk-XFOACWT2.js";import{a as u}from"./mybmw-chunk-2CJQVYGJ.js";import{a as p,b as s,d as a,e as $,g as m,h as T,i as _}from"./mybmw-chunk-HU6SQAMF.js";var E=[2e3,5e3,15e3,6e4],V=["facts","commands"],O={model:null,brand:null,drive:"unknown",body:"saloon",picture:null,reported_at:null,asleep:null,warnings:[],services:[],check_control:[],command_state:null};function H(n,t){if(!n||t.texts)return{...O,...t};let e={...n,...t};for(let i of V)t[i]&&Object.assign(e,{[i]:{...n[i],...t[i]}});return e}var f=class{constructor(t,e){this.connection=t;this.request=e;this.listeners=new Set;this.failures=0;this.watch=()=>{document.hidden?this.end():this.listeners.size&&this.begin()};this.end=()=>{clearTimeout(this.timer);let t=this.subscription;this.subscription=void 0,t&&(t.ended=!0,t.end&&this.close(t.end))}}listen(t){return this.listeners.size||document.addEventListener("visibilitychange",this.watch),this.listeners.add(t),this.watch(),()=>{!this.listeners.delete(t)||this.listeners.size||(document.removeEventListener("visibilitychange",this.watch),this.later(5e3,this.end))}}later(t,e){clearTimeout(this.timer),this.timer=setTimeout(e,t)}begin(){if(clearTimeout(this.timer),this.subscription)return;let t={ended:!1};this.subscription=t,this.connection.subscribeMessage(e=>t.ended||this.receive(e),this.request).then(e=>{t.end=e,t.ended&&this.close(e)}).catch(e=>t.ended||this.fail(String(e?.code??"failed")))}close(t){Promise.resolve(t()).catch(()=>{})}receive(t){t.texts&&(S=t.texts),this.failures=0,this.error=void 0,this.data=H(this.data,t),this.tell()}fail(t){this.subscription=void 0,this.error=t,this.data=void 0;let e=E[Math.min(this.failures++,E.length-1)]??0;this.later(e,this.watch),this.tell()}tell(){for(let t of[...this.listeners])t()}},S={};function te(){return S}var R=new WeakMap;function ie({connection:n,language:t},e){let i=R.get(n)??new Map;R.set(n,i);let r=`${t} ${e??""}`,o={type:"mybmw/card/subscribe",language:t,...e?{device_id:e}:{}},l=i.get(r)??new f(n,o);return i.set(r,l),l}var L={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],space_comma:["fr","sv","cs"],quote_decimal:["de-CH"]},Z=["cs","de","fi","fr","sk","sv"],P=/^\d{4}-\d\d-\d\d$/,z=/^\d{4}-\d\d-\d\dT/,A=/^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/,B=[["day",86400],["hour",3600],["minute",60]],v="–",N=class{constructor(t,e,i=Date.now){this.hass=t;this.texts=e;this.now=i;this.language=t.locale.language||"en",this.timeZone=t.locale.time_zone==="server"?t.config?.time_zone:void 0}text(t,e={}){return(this.texts[t]??t).replace(/\{(\w+)\}/g,(i,r)=>String(e[r]??i))}number(t,e){let i=this.hass.locale.number_format,r=e==null?{maximumFractionDigits:1}:{minimumFractionDigits:e,maximumFractionDigits:e};if(i==="none")return new Intl.NumberFormat("en-US",{...r,useGrouping:!1}).format(t);let o=i==="system"?void 0:L[i]??this.language;return new Intl.NumberFormat(o,r).format(t)}quantity(t,e,i){let r=this.number(t,i);return e?e==="%"&&!Z.includes(this.language.split("-")[0]??"")?`${r}%`:`${r} ${e}`:r}money(t,e){return!e||!/^[A-Z]{3}$/.test(e)?this.number(t,2):new Intl.NumberFormat(this.language,{style:"currency",currency:e}).format(t)}fact(t){return t?t.text!==null?t.text:typeof t.value=="number"?this.quantity(t.value,t.unit,t.precision):typeof t.value=="string"?this.moment(t.value):v:v}moment(t){if(A.test(t))return this.clock(t);if(P.test(t))return this.day(t);let e=z.test(t)?new Date(t):void 0;if(!e||Number.isNaN(e.getTime()))return t;let i=Math.abs(e.getTime()-this.now())/36e5;return i<12||this.isToday(e)?this.time(e):this.dates(i<144?{weekday:"short",...this.clockStyle()}:{day:"numeric",month:"short"}).format(e)}time(t){return this.dates(this.clockStyle()).format(t)}day(t){let e={day:"numeric",month:"short",year:"numeric",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`${t}T12:00:00Z`))}date(t){let e=new Date(t);return Number.isNaN(e.getTime())?v:this.dates({day:"numeric",month:"short",...this.clockStyle()}).format(e)}dueMonth(t){return P.test(t)?this.month(t.slice(0,7)):this.moment(t)}month(t,e="long"){let i={month:e,year:e==="long"?"numeric":"2-digit",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,i).format(new Date(`${t}-15T12:00:00Z`))}ago(t){let e=(this.now()-new Date(t).getTime())/1e3,[i,r]=B.find(([,l])=>e>=l)??[];if(!i||!r)return this.text("just_now");let o={numeric:"auto",style:"long"};return new Intl.RelativeTimeFormat(this.language,o).format(-Math.floor(e/r),i)}duration(t){let e=Math.round(t);return e<60?this.text("minutes",{value:e}):this.text("hours",{hours:Math.floor(e/60),minutes:e%60})}clock(t){let e={...this.clockStyle(),timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`1970-01-01T${t.slice(0,5)}:00Z`))}clockStyle(){let t=this.hass.locale.time_format,e=t==="12"?"h12":t==="24"?"h23":void 0;return{hour:"numeric",minute:"2-digit",...e?{hourCycle:e}:{}}}dates(t){return new Intl.DateTimeFormat(this.language,{...t,...this.timeZone?{timeZone:this.timeZone}:{}})}isToday(t){let e={dateStyle:"short"};return this.dates(e).format(t)===this.dates(e).format(this.now())}};function I(n,t,e){n.dispatchEvent(new CustomEvent(t,{detail:e,bubbles:!0,composed:!0}))}function se(n,t){I(n,"hass-more-info",{entityId:t})}function oe(n){history.pushState(null,"",`/config/devices/device/${encodeURIComponent(n)}`),I(window,"location-changed",{replace:!1})}async function M(n,t){await n.callService(t.domain,t.service,t.data)}var j=[["climate_start","climate_stop",n=>n.current("climate_active")],["charge_start","charge_stop",n=>n.fact("charging_state")&&C(n)]];function G(n){let t=j.map(([e,i,r])=>{let o=r(n);return o===void 0?"":o?e:i});return n.commands().filter(([e])=>!t.includes(e))}var b=1e3,K=400,Y=6e4,W={lock:"lock",unlock:"unlock",climate_start:"fan",climate_stop:"stop",charge_start:"bolt",charge_stop:"stop",horn:"horn",lights:"lights",finder:"search",refresh:"refresh"},g=class extends ${constructor(){super(...arguments);this.earlier=null;this.began=0}static{this.properties={view:{attribute:!1}}}static{this.styles=[T,p`
      :host {
        display: block;
      }
      .row {
        display: grid;
        grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
        gap: 8px;
      }
      @container (max-width: 339px) {
        .row {
          grid-template-columns: repeat(3, minmax(0, 1fr));
        }
      }
      .command {
        position: relative;
        hyphens: auto;
        overflow: hidden;
        display: grid;
        justify-items: center;
        align-content: center;
        gap: 4px;
        min-height: 64px;
        padding: 8px 4px;
        border-radius: var(--radius);
        background: var(--surface);
        text-align: center;
        font-size: 12px;
        overflow-wrap: anywhere;
        user-select: none;
        -webkit-user-select: none;
        -webkit-touch-callout: none;
        touch-action: manipulation;
      }
      .command > * {
        position: relative;
      }
      .command::before {
        content: "";
        position: absolute;
        inset: 0;
        background: color-mix(in srgb, var(--accent) 35%, transparent);
        transform: scaleX(0);
        transform-origin: left;
        transition: transform 0.15s;
      }
      .command:dir(rtl)::before {
        transform-origin: right;
      }
      .command.held::before {
        transform: scaleX(1);
        transition: transform ${b}ms linear !important;
      }
      .command .hint {
        color: var(--quiet);
        font-size: 11px;
      }
      .command.busy .icon {
        animation: beat 1.2s ease-in-out infinite;
      }
      @keyframes beat {
        50% {
          opacity: 0.25;
        }
      }
      .outcome {
        display: flex;
        align-items: center;
        gap: 8px;
        margin-top: 8px;
        overflow-wrap: anywhere;
      }
      .outcome:empty {
        display: none;
      }
      .outcome .done {
        color: var(--good);
      }
      .outcome .error {
        color: var(--bad-text);
      }
      dialog {
        border: 0;
        border-radius: var(--ha-dialog-border-radius, 24px);
        padding: 24px;
        max-width: min(340px, calc(100vw - 80px));
        color: var(--text);
        background: var(--ha-dialog-surface-background, var(--card-background-color, #fff));
        box-shadow: 0 8px 40px rgba(0, 0, 0, 0.35);
      }
      dialog::backdrop {
        background: rgba(0, 0, 0, 0.45);
      }
      h3 {
        margin: 0 0 8px;
        font-size: 20px;
        font-weight: 500;
      }
      p {
        margin: 0 0 20px;
      }
      .choice {
        display: flex;
        justify-content: end;
        gap: 8px;
      }
      .choice .yes {
        background: var(--accent);
        color: var(--text-primary-color, #fff);
      }
    `]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.held=void 0}press(e,i,r){r.confirm!=="hold"||this.busy===i||this.held||(clearTimeout(this.cooldown),this.pressed=i,this.held=i,this.began=e.timeStamp,this.note=void 0,this.timer=setTimeout(()=>this.complete(i,r),b),this.requestUpdate())}complete(e,i){clearTimeout(this.timer),this.held=void 0,this.send(e,i)}release(e,i,r){this.pressed===i&&(clearTimeout(this.cooldown),this.cooldown=setTimeout(()=>this.pressed=void 0,K),this.held&&(clearTimeout(this.timer),this.held=void 0,/up$/.test(e.type)&&e.timeStamp-this.began>=b?this.complete(i,r):this.note=this.hint(i),this.requestUpdate()))}hint(e){return this.view.text("hold_to",{command:this.view.car.commands[e]?.label??""})}tap(e,i){this.busy===e||i.confirm==="hold"&&this.pressed===e||(i.confirm==="none"?this.send(e,i):this.ask(e,i))}key(e,i,r){r.confirm!=="hold"||e.key!=="Enter"&&e.key!==" "||(e.preventDefault(),e.repeat||this.press(e,i,r))}async ask(e,i){this.asked=[e,i],this.requestUpdate(),await this.updateComplete,this.renderRoot.querySelector("dialog")?.showModal()}answered(e){let i=this.asked,r=e.currentTarget;this.asked=void 0,this.requestUpdate(),i&&r.returnValue==="yes"&&this.send(...i)}async send(e,i){this.busy=e,this.earlier=this.view.car.command_state,this.failure=this.note=void 0,this.requestUpdate();try{await M(this.view.hass,i)}catch(r){let o=r?.message;this.failure=this.view.text("failed",{error:typeof o=="string"?o:i.label})}this.busy===e&&(this.busy=void 0),this.requestUpdate()}outcome(){let e=this.view.car.command_state,i=e!==null&&!(this.busy&&e===this.earlier);if(this.failure)return this.line("warning",this.failure,"error");if(this.note)return this.line("info",this.note);if(!i)return this.busy?this.line("clock",this.view.text("sending")):a;let r=[this.view.car.commands[e.name]?.label,e.text].filter(Boolean).join(": ");return e.state==="pending"?this.line("clock",r):Date.now()-new Date(e.at).getTime()>Y?a:e.state==="error"?this.line("warning",r,"error"):this.line("check",r,"done")}line(e,i,r=""){return s`<span class=${r}>${m(e)}</span><bdi class="clamp">${i}</bdi>`}button([e,i]){let r=this.view.car.command_state,o=this.busy===e||r?.state==="pending"&&r.name===e,l=i.confirm==="hold",d=c=>this.release(c,e,i);return s`<button
      class=${`command link ${this.held===e?"held":""} ${o?"busy":""}`}
      aria-label=${l?`${i.label} ${this.view.text("hold")}`:i.label}
      aria-busy=${o?"true":"false"}
      @click=${()=>this.tap(e,i)}
      @contextmenu=${c=>l&&c.preventDefault()}
      @pointerdown=${c=>c.button===0&&this.press(c,e,i)}
      @pointerup=${d}
      @pointerleave=${d}
      @pointercancel=${d}
      @keydown=${c=>this.key(c,e,i)}
      @keyup=${d}
      @blur=${d}
    >
      ${m(W[e]??"car")}<bdi class="clamp">${i.label}</bdi>
      ${l?s`<span class="hint">${this.view.text("hold")}</span>`:a}
    </button>`}dialog(){if(!this.asked)return a;let[,e]=this.asked,i=this.view.text("confirm_question",{command:e.label});return s`<dialog aria-labelledby="question" @close=${this.answered}>
      <form method="dialog">
        <h3 id="question" class="clamp"><bdi>${i}</bdi></h3>
        <p class="clamp">${this.view.text("confirm_text",{name:this.view.car.name})}</p>
        <div class="choice">
          <button class="action" value="no">${this.view.text("cancel")}</button>
          <button class="action yes" value="yes">${this.view.text("confirm")}</button>
        </div>
      </form>
    </dialog>`}render(){let e=G(this.view);return s`<div class="row" style=${_(e.length)}>
        ${e.map(i=>this.button(i))}
      </div>
      <div class="outcome" role="status">${this.outcome()}</div>
      ${this.dialog()}`}};var fe=p`
  .warnings {
    display: grid;
    gap: 6px;
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .warning {
    display: flex;
    width: 100%;
    box-sizing: border-box;
    gap: 10px;
    align-items: center;
    min-height: 44px;
    padding: 8px 12px;
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
    overflow-wrap: anywhere;
  }
  .warning .icon {
    color: var(--warn-text);
  }
  .warning.error {
    background: color-mix(in srgb, var(--error-color, #db4437) 14%, transparent);
  }
  .warning.error .icon {
    color: var(--bad-text);
  }
`,X=5;function q(n){let t=[...n.car.warnings].sort((e,i)=>+(i.severity==="error")-+(e.severity==="error"));return t.length?s`<ul class="warnings">
    ${t.slice(0,X).map(e=>{let i=s`${m("warning")}<bdi class="clamp">${e.text}</bdi>`,r=`warning ${e.severity}`;return s`<li>
        ${e.entity_id?s`<button
                class=${`${r} link`}
                aria-haspopup="dialog"
                @click=${()=>n.open(e.entity_id)}
              >
                ${i}
              </button>`:s`<div class=${r}>${i}</div>`}
      </li>`})}
  </ul>`:a}u("mybmw-commands",g);var w=async()=>u("mybmw-details",(await import("./mybmw-details-WCKN5WNB.js")).MyBmwDetails),y=async()=>u("mybmw-history",(await import("./mybmw-history-YRASVHQW.js")).MyBmwHistory),J=async()=>u("mybmw-place",(await import("./mybmw-place-CEZVJHFM.js")).MyBmwPlace),x=n=>t=>s`<mybmw-details .view=${t} .name=${n}></mybmw-details>`,k=n=>t=>s`<mybmw-history .view=${t} .name=${n}></mybmw-history>`,h=()=>!0,Q=n=>n.car.drive!=="combustion"&&!!(n.car.drive!=="unknown"||n.fact("charge_level")),F=(...n)=>t=>n.some(e=>t.fact(e)),ee=["doors_open","windows_open","hood","trunk","sunroof"],U={head:{icon:"car",folds:!1,applies:h,render:()=>a},warnings:{icon:"warning",folds:!1,applies:n=>n.car.warnings.length>0,render:q},energy:{icon:"battery",folds:!1,applies:h,render:D},commands:{icon:"lock",folds:!1,applies:n=>n.commands().length>0,render:n=>s`<mybmw-commands .view=${n}></mybmw-commands>`},car:{icon:"car",folds:!0,applies:h,render:x("car"),alerts:n=>ee.some(t=>n.flag(t)===!0),load:w},climate:{icon:"climate",folds:!0,applies:F("climate_active","departure_1","departure_2","departure_3"),render:x("climate"),load:w},place:{icon:"pin",folds:!0,applies:F("position"),render:n=>s`<mybmw-place .view=${n}></mybmw-place>`,load:J},service:{icon:"wrench",folds:!0,applies:h,render:x("service"),alerts:n=>n.car.check_control.length>0,load:w},trips:{icon:"route",folds:!0,applies:h,render:k("trips"),load:y},charges:{icon:"bolt",folds:!0,applies:Q,render:k("charges"),load:y},battery:{icon:"battery",folds:!0,applies:n=>n.car.drive==="electric"||n.car.drive==="plug_in_hybrid",render:k("battery"),load:y}};function $e(n){let t=new Set(n.hide??[]);n.commands===!1&&t.add("commands");let e=n.parts?.length?n.parts:Object.keys(U);return[...new Set(e)].filter(i=>Object.hasOwn(U,i)&&!t.has(i))}export{te as a,ie as b,se as c,oe as d,v as e,N as f,g,fe as h,U as i,$e as j};
