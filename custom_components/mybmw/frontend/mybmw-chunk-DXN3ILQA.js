import{b as C,d as T}from"./mybmw-chunk-EWCCF2Q4.js";import{a as u}from"./mybmw-chunk-2CJQVYGJ.js";import{b as p,c as $,d as _}from"./mybmw-chunk-PS2OOBVX.js";import{a as h,b as s,d as a,f as k}from"./mybmw-chunk-JOT6AZ72.js";var E=[2e3,5e3,15e3,6e4],N=["facts","commands"],U={model:null,brand:null,drive:"unknown",body:"saloon",picture:null,reported_at:null,asleep:null,warnings:[],services:[],check_control:[],command_state:null};function I(r,i){if(!r||i.texts)return{...U,...i};let e={...r,...i};for(let t of N)i[t]&&Object.assign(e,{[t]:{...r[t],...i[t]}});return e}var g=class{constructor(i,e){this.connection=i;this.request=e;this.listeners=new Set;this.failures=0;this.watch=()=>{document.hidden?this.end():this.listeners.size&&this.begin()};this.end=()=>{clearTimeout(this.timer);let i=this.subscription;this.subscription=void 0,i&&(i.ended=!0,i.end&&this.close(i.end))}}listen(i){return this.listeners.size||document.addEventListener("visibilitychange",this.watch),this.listeners.add(i),this.watch(),()=>{!this.listeners.delete(i)||this.listeners.size||(document.removeEventListener("visibilitychange",this.watch),this.later(5e3,this.end))}}later(i,e){clearTimeout(this.timer),this.timer=setTimeout(e,i)}begin(){if(clearTimeout(this.timer),this.subscription)return;let i={ended:!1};this.subscription=i,this.connection.subscribeMessage(e=>i.ended||this.receive(e),this.request).then(e=>{i.end=e,i.ended&&this.close(e)}).catch(e=>i.ended||this.fail(String(e?.code??"failed")))}close(i){Promise.resolve(i()).catch(()=>{})}receive(i){i.texts&&(R=i.texts),this.failures=0,this.error=void 0,this.data=I(this.data,i),this.tell()}fail(i){this.subscription=void 0,this.error=i,this.data=void 0;let e=E[Math.min(this.failures++,E.length-1)]??0;this.later(e,this.watch),this.tell()}tell(){for(let i of[...this.listeners])i()}},R={};function W(){return R}var P=new WeakMap;function X({connection:r,language:i},e){let t=P.get(r)??new Map;P.set(r,t);let n=`${i} ${e??""}`,o={type:"mybmw/card/subscribe",language:i,...e?{device_id:e}:{}},c=t.get(n)??new g(r,o);return t.set(n,c),c}function S(r,i,e){r.dispatchEvent(new CustomEvent(i,{detail:e,bubbles:!0,composed:!0}))}function F(r,i){S(r,"hass-more-info",{entityId:i})}function J(r){history.pushState(null,"",`/config/devices/device/${encodeURIComponent(r)}`),S(window,"location-changed",{replace:!1})}async function D(r,i){await r.callService(i.domain,i.service,i.data)}var L=[["climate_start","climate_stop",r=>r.current("climate_active")],["charge_start","charge_stop",r=>r.fact("charging_state")&&C(r)]];function O(r){let i=L.map(([e,t,n])=>{let o=n(r);return o===void 0?"":o?e:t});return r.commands().filter(([e])=>!i.includes(e))}var v=1e3,H=400,z=6e4,j={lock:"lock",unlock:"unlock",climate_start:"fan",climate_stop:"stop",charge_start:"bolt",charge_stop:"stop",horn:"horn",lights:"lights",finder:"search",refresh:"refresh"},f=class extends k{constructor(){super(...arguments);this.earlier=null;this.began=0}static{this.properties={view:{attribute:!1}}}static{this.styles=[$,h`
      :host {
        display: block;
      }
      .row {
        --gap: 8px;
      }
      @container (max-width: 339px) {
        .row {
          --columns: 3 !important;
        }
      }
      .command {
        position: relative;
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
        transition: transform ${v}ms linear !important;
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
    `]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.held=void 0}press(e,t,n){n.confirm!=="hold"||this.busy===t||this.held||(clearTimeout(this.cooldown),this.pressed=t,this.held=t,this.began=e.timeStamp,this.note=void 0,this.timer=setTimeout(()=>this.complete(t,n),v),this.requestUpdate())}complete(e,t){clearTimeout(this.timer),this.held=void 0,this.send(e,t)}release(e,t,n){this.pressed===t&&(clearTimeout(this.cooldown),this.cooldown=setTimeout(()=>this.pressed=void 0,H),this.held&&(clearTimeout(this.timer),this.held=void 0,/up$/.test(e.type)&&e.timeStamp-this.began>=v?this.complete(t,n):this.note=this.hint(t),this.requestUpdate()))}hint(e){return this.view.text("hold_to",{command:this.view.car.commands[e]?.label??""})}tap(e,t){this.busy===e||t.confirm==="hold"&&this.pressed===e||(t.confirm==="none"?this.send(e,t):this.ask(e,t))}key(e,t,n){n.confirm!=="hold"||e.key!=="Enter"&&e.key!==" "||(e.preventDefault(),e.repeat||this.press(e,t,n))}async ask(e,t){this.asked=[e,t],this.requestUpdate(),await this.updateComplete,this.renderRoot.querySelector("dialog")?.showModal()}answered(e){let t=this.asked,n=e.currentTarget;this.asked=void 0,this.requestUpdate(),t&&n.returnValue==="yes"&&this.send(...t)}async send(e,t){this.busy=e,this.earlier=this.view.car.command_state,this.failure=this.note=void 0,this.requestUpdate();try{await D(this.view.hass,t)}catch(n){let o=n?.message;this.failure=this.view.text("failed",{error:typeof o=="string"?o:t.label})}this.busy===e&&(this.busy=void 0),this.requestUpdate()}outcome(){let e=this.view.car.command_state,t=e!==null&&!(this.busy&&e===this.earlier);if(this.failure)return this.line("warning",this.failure,"error");if(this.note)return this.line("info",this.note);if(!t)return this.busy?this.line("clock",this.view.text("sending")):a;let n=[this.view.car.commands[e.name]?.label,e.text].filter(Boolean).join(": ");return e.state==="pending"?this.line("clock",n):Date.now()-new Date(e.at).getTime()>z?a:e.state==="error"?this.line("warning",n,"error"):this.line("check",n,"done")}line(e,t,n=""){return s`<span class=${n}>${p(e)}</span><bdi class="clamp">${t}</bdi>`}button([e,t]){let n=this.view.car.command_state,o=this.busy===e||n?.state==="pending"&&n.name===e,c=t.confirm==="hold",l=d=>this.release(d,e,t);return s`<button
      class=${`command link ${this.held===e?"held":""} ${o?"busy":""}`}
      aria-label=${c?`${t.label} ${this.view.text("hold")}`:t.label}
      aria-busy=${o?"true":"false"}
      @click=${()=>this.tap(e,t)}
      @contextmenu=${d=>c&&d.preventDefault()}
      @pointerdown=${d=>d.button===0&&this.press(d,e,t)}
      @pointerup=${l}
      @pointerleave=${l}
      @pointercancel=${l}
      @keydown=${d=>this.key(d,e,t)}
      @keyup=${l}
      @blur=${l}
    >
      ${p(j[e]??"car")}<bdi class="clamp">${t.label}</bdi>
      ${c?s`<span class="hint">${this.view.text("hold")}</span>`:a}
    </button>`}dialog(){if(!this.asked)return a;let[,e]=this.asked,t=this.view.text("confirm_question",{command:e.label});return s`<dialog aria-labelledby="question" @close=${this.answered}>
      <form method="dialog">
        <h3 id="question" class="clamp"><bdi>${t}</bdi></h3>
        <p class="clamp">${this.view.text("confirm_text",{name:this.view.car.name})}</p>
        <div class="choice">
          <button class="action" value="no">${this.view.text("cancel")}</button>
          <button class="action yes" value="yes">${this.view.text("confirm")}</button>
        </div>
      </form>
    </dialog>`}render(){let e=O(this.view);return s`<div class="row even" style=${_(e.length)}>
        ${e.map(t=>this.button(t))}
      </div>
      <div class="outcome" role="status">${this.outcome()}</div>
      ${this.dialog()}`}};var ae=h`
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
`,B=5;function M(r){let i=[...r.car.warnings].sort((e,t)=>+(t.severity==="error")-+(e.severity==="error"));return i.length?s`<ul class="warnings">
    ${i.slice(0,B).map(e=>{let t=s`${p("warning")}<bdi class="clamp">${e.text}</bdi>`,n=`warning ${e.severity}`;return s`<li>
        ${e.entity_id?s`<button
                class=${`${n} link`}
                aria-haspopup="dialog"
                @click=${()=>r.open(e.entity_id)}
              >
                ${t}
              </button>`:s`<div class=${n}>${t}</div>`}
      </li>`})}
  </ul>`:a}u("mybmw-commands",f);var b=async()=>u("mybmw-details",(await import("./mybmw-details-WX5IZGLJ.js")).MyBmwDetails),w=async()=>u("mybmw-history",(await import("./mybmw-history-WHZT5ZI4.js")).MyBmwHistory),G=async()=>u("mybmw-place",(await import("./mybmw-place-Q5JBAG5D.js")).MyBmwPlace),y=r=>i=>s`<mybmw-details .view=${i} .name=${r}></mybmw-details>`,x=r=>i=>s`<mybmw-history .view=${i} .name=${r}></mybmw-history>`,m=()=>!0,A=r=>r.car.drive!=="combustion"&&!!(r.car.drive!=="unknown"||r.fact("charge_level")),q=(...r)=>i=>r.some(e=>i.fact(e)),K=["doors_open","windows_open","hood","trunk","sunroof"],V={head:{icon:"car",folds:!1,applies:m,render:()=>a},warnings:{icon:"warning",folds:!1,applies:r=>r.car.warnings.length>0,render:M},energy:{icon:"battery",folds:!1,applies:m,render:T},commands:{icon:"lock",folds:!1,applies:r=>r.commands().length>0,render:r=>s`<mybmw-commands .view=${r}></mybmw-commands>`},car:{icon:"car",folds:!0,applies:m,render:y("car"),alerts:r=>K.some(i=>r.flag(i)===!0),load:b},climate:{icon:"climate",folds:!0,applies:q("climate_active","departure_1","departure_2","departure_3"),render:y("climate"),load:b},place:{icon:"pin",folds:!0,applies:q("position"),render:r=>s`<mybmw-place .view=${r}></mybmw-place>`,load:G},service:{icon:"wrench",folds:!0,applies:m,render:y("service"),alerts:r=>r.car.check_control.length>0,load:b},trips:{icon:"route",folds:!0,applies:m,render:x("trips"),load:w},charges:{icon:"bolt",folds:!0,applies:A,render:x("charges"),load:w},battery:{icon:"battery",folds:!0,applies:r=>r.car.drive==="electric"||r.car.drive==="plug_in_hybrid",render:x("battery"),load:w}};function he(r){let i=new Set(r.hide??[]);r.commands===!1&&i.add("commands");let e=r.parts?.length?r.parts:Object.keys(V);return[...new Set(e)].filter(t=>Object.hasOwn(V,t)&&!i.has(t))}export{W as a,X as b,F as c,J as d,f as e,ae as f,V as g,he as h};
