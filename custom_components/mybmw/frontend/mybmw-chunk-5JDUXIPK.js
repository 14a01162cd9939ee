import{b as T,d as _}from"./mybmw-chunk-B2RNBUTW.js";import{a as m}from"./mybmw-chunk-2CJQVYGJ.js";import{a as h,b as s,d as c,e as x,g as d,h as $,i as k}from"./mybmw-chunk-IOBAAGH4.js";var C=[2e3,5e3,15e3,6e4],U=["facts","commands"];function V(n,t){if(!n||t.texts)return t;let e={...n,...t};for(let i of U)t[i]&&Object.assign(e,{[i]:{...n[i],...t[i]}});return e}var g=class{constructor(t,e){this.connection=t;this.request=e;this.listeners=new Set;this.failures=0;this.watch=()=>{document.hidden?this.end():this.listeners.size&&this.begin()};this.end=()=>{clearTimeout(this.timer);let t=this.subscription;this.subscription=void 0,t&&(t.ended=!0,t.end&&this.close(t.end))}}listen(t){return this.listeners.size||document.addEventListener("visibilitychange",this.watch),this.listeners.add(t),this.watch(),()=>{!this.listeners.delete(t)||this.listeners.size||(document.removeEventListener("visibilitychange",this.watch),this.later(5e3,this.end))}}later(t,e){clearTimeout(this.timer),this.timer=setTimeout(e,t)}begin(){if(clearTimeout(this.timer),this.subscription)return;let t={ended:!1};this.subscription=t,this.connection.subscribeMessage(e=>t.ended||this.receive(e),this.request).then(e=>{t.end=e,t.ended&&this.close(e)}).catch(e=>t.ended||this.fail(String(e?.code??"failed")))}close(t){Promise.resolve(t()).catch(()=>{})}receive(t){t.texts&&(R=t.texts),this.failures=0,this.error=void 0,this.data=V(this.data,t),this.tell()}fail(t){this.subscription=void 0,this.error=t,this.data=void 0;let e=C[Math.min(this.failures++,C.length-1)]??0;this.later(e,this.watch),this.tell()}tell(){for(let t of[...this.listeners])t()}},R={};function Q(){return R}var D=new WeakMap;function ee({connection:n,language:t},e){let i=D.get(n)??new Map;D.set(n,i);let r=`${t} ${e??""}`,o={type:"mybmw/card/subscribe",language:t,...e?{device_id:e}:{}},a=i.get(r)??new g(n,o);return i.set(r,a),a}var O={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],space_comma:["fr","sv","cs"],quote_decimal:["de-CH"]},H=["cs","de","fi","fr","sk","sv"],S=/^\d{4}-\d\d-\d\d$/,L=/^\d{4}-\d\d-\d\dT/,Z=/^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/,z=[["day",86400],["hour",3600],["minute",60]],f="–",E=class{constructor(t,e,i=Date.now){this.hass=t;this.texts=e;this.now=i;this.language=t.locale.language||"en",this.timeZone=t.locale.time_zone==="server"?t.config?.time_zone:void 0}text(t,e={}){return(this.texts[t]??t).replace(/\{(\w+)\}/g,(i,r)=>String(e[r]??i))}number(t,e){let i=this.hass.locale.number_format,r=e==null?{maximumFractionDigits:1}:{minimumFractionDigits:e,maximumFractionDigits:e};if(i==="none")return new Intl.NumberFormat("en-US",{...r,useGrouping:!1}).format(t);let o=i==="system"?void 0:O[i]??this.language;return new Intl.NumberFormat(o,r).format(t)}quantity(t,e,i){let r=this.number(t,i);return e?e==="%"&&!H.includes(this.language.split("-")[0]??"")?`${r}%`:`${r} ${e}`:r}money(t,e){return!e||!/^[A-Z]{3}$/.test(e)?this.number(t,2):new Intl.NumberFormat(this.language,{style:"currency",currency:e}).format(t)}fact(t){return t?t.text!==null?t.text:typeof t.value=="number"?this.quantity(t.value,t.unit,t.precision):typeof t.value=="string"?this.moment(t.value):f:f}moment(t){if(Z.test(t))return this.clock(t);if(S.test(t))return this.day(t);let e=L.test(t)?new Date(t):void 0;if(!e||Number.isNaN(e.getTime()))return t;let i=Math.abs(e.getTime()-this.now())/36e5;return i<12||this.isToday(e)?this.time(e):this.dates(i<144?{weekday:"short",...this.clockStyle()}:{day:"numeric",month:"short"}).format(e)}time(t){return this.dates(this.clockStyle()).format(t)}day(t){let e={day:"numeric",month:"short",year:"numeric",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`${t}T12:00:00Z`))}date(t){let e=new Date(t);return Number.isNaN(e.getTime())?f:this.dates({day:"numeric",month:"short",...this.clockStyle()}).format(e)}dueMonth(t){return S.test(t)?this.month(t.slice(0,7)):this.moment(t)}month(t,e="long"){let i={month:e,year:e==="long"?"numeric":"2-digit",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,i).format(new Date(`${t}-15T12:00:00Z`))}ago(t){let e=(this.now()-new Date(t).getTime())/1e3,[i,r]=z.find(([,a])=>e>=a)??[];if(!i||!r)return this.text("just_now");let o={numeric:"auto",style:"long"};return new Intl.RelativeTimeFormat(this.language,o).format(-Math.floor(e/r),i)}duration(t){let e=Math.round(t);return e<60?this.text("minutes",{value:e}):this.text("hours",{hours:Math.floor(e/60),minutes:e%60})}clock(t){let e={...this.clockStyle(),timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`1970-01-01T${t.slice(0,5)}:00Z`))}clockStyle(){let t=this.hass.locale.time_format,e=t==="12"?"h12":t==="24"?"h23":void 0;return{hour:"numeric",minute:"2-digit",...e?{hourCycle:e}:{}}}dates(t){return new Intl.DateTimeFormat(this.language,{...t,...this.timeZone?{timeZone:this.timeZone}:{}})}isToday(t){let e={dateStyle:"short"};return this.dates(e).format(t)===this.dates(e).format(this.now())}};function P(n,t,e){n.dispatchEvent(new CustomEvent(t,{detail:e,bubbles:!0,composed:!0}))}function ne(n,t){P(n,"hass-more-info",{entityId:t})}function re(n){history.pushState(null,"",`/config/devices/device/${encodeURIComponent(n)}`),P(window,"location-changed",{replace:!1})}async function N(n,t){await n.callService(t.domain,t.service,t.data)}var A=[["climate_start","climate_stop",n=>n.current("climate_active")],["charge_start","charge_stop",n=>n.fact("charging_state")&&T(n)]];function B(n){let t=A.map(([e,i,r])=>{let o=r(n);return o===void 0?"":o?e:i});return n.commands().filter(([e])=>!t.includes(e))}var I=1e3,j=400,G=6e4,K={lock:"lock",unlock:"unlock",climate_start:"fan",climate_stop:"stop",charge_start:"bolt",charge_stop:"stop",horn:"horn",lights:"lights",finder:"search",refresh:"refresh"},p=class extends x{constructor(){super(...arguments);this.pressed=!1}static{this.properties={view:{attribute:!1}}}static{this.styles=[$,h`
      :host {
        display: block;
      }
      .row {
        display: grid;
        grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
        gap: 8px;
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
        transition: transform ${I}ms linear !important;
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
    `]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.held=void 0}press(e,i){i.confirm!=="hold"||this.busy||this.held||(this.pressed=!0,this.held=e,this.note=void 0,this.timer=setTimeout(()=>{this.held=void 0,this.send(e,i)},I),this.requestUpdate())}release(){clearTimeout(this.timer),this.held&&(this.note=this.hint(this.held)),this.held=void 0,setTimeout(()=>this.pressed=!1,j),this.requestUpdate()}hint(e){return this.view.text("hold_to",{command:this.view.car.commands[e]?.label??""})}tap(e,i){this.busy||i.confirm==="hold"&&this.pressed||(i.confirm==="none"?this.send(e,i):this.ask(e,i))}key(e,i,r){r.confirm!=="hold"||e.key!=="Enter"&&e.key!==" "||(e.preventDefault(),e.repeat||this.press(i,r))}async ask(e,i){this.asked=[e,i],this.requestUpdate(),await this.updateComplete,this.renderRoot.querySelector("dialog")?.showModal()}answered(e){let i=this.asked,r=e.currentTarget;this.asked=void 0,this.requestUpdate(),i&&r.returnValue==="yes"&&this.send(...i)}async send(e,i){this.busy=e,this.failure=this.note=void 0,this.requestUpdate();try{await N(this.view.hass,i)}catch(r){let o=r?.message;this.failure=this.view.text("failed",{error:typeof o=="string"?o:i.label})}this.busy=void 0,this.requestUpdate()}outcome(){let e=this.view.car.command_state;if(this.failure)return s`<span class="error">${d("warning")}</span><bdi class="clamp">${this.failure}</bdi>`;if(this.busy||e?.state==="pending")return s`${d("clock")}<bdi class="clamp"
          >${e?.state==="pending"?e.text:this.view.text("sending")}</bdi
        >`;if(this.note)return s`${d("info")}<bdi class="clamp">${this.note}</bdi>`;if(!e||Date.now()-new Date(e.at).getTime()>G)return c;let i=e.state==="error";return s`<span class=${i?"error":"done"}>${d(i?"warning":"check")}</span
      ><bdi class="clamp">${e.text}</bdi>`}button([e,i]){let r=this.view.car.command_state,o=this.busy===e||r?.state==="pending"&&r.name===e,a=i.confirm==="hold";return s`<button
      class=${`command link ${this.held===e?"held":""} ${o?"busy":""}`}
      aria-label=${a?this.hint(e):i.label}
      aria-busy=${o?"true":"false"}
      @click=${()=>this.tap(e,i)}
      @contextmenu=${l=>a&&l.preventDefault()}
      @pointerdown=${l=>l.button===0&&this.press(e,i)}
      @pointerup=${this.release}
      @pointerleave=${this.release}
      @pointercancel=${this.release}
      @keydown=${l=>this.key(l,e,i)}
      @keyup=${this.release}
      @blur=${this.release}
    >
      ${d(K[e]??"car")}<bdi class="clamp">${i.label}</bdi>
      ${a?s`<span class="hint">${this.view.text("hold")}</span>`:c}
    </button>`}dialog(){if(!this.asked)return c;let[,e]=this.asked,i=this.view.text("confirm_question",{command:e.label});return s`<dialog aria-labelledby="question" @close=${this.answered}>
      <form method="dialog">
        <h3 id="question" class="clamp"><bdi>${i}</bdi></h3>
        <p class="clamp">${this.view.text("confirm_text",{name:this.view.car.name})}</p>
        <div class="choice">
          <button class="action" value="no">${this.view.text("cancel")}</button>
          <button class="action yes" value="yes">${this.view.text("confirm")}</button>
        </div>
      </form>
    </dialog>`}render(){let e=B(this.view);return s`<div class="row" style=${k(e.length)}>
        ${e.map(i=>this.button(i))}
      </div>
      <div class="outcome" role="status">${this.outcome()}</div>
      ${this.dialog()}`}};var pe=h`
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
`,W=5;function M(n){let t=[...n.car.warnings].sort((e,i)=>+(i.severity==="error")-+(e.severity==="error"));return t.length?s`<ul class="warnings">
    ${t.slice(0,W).map(e=>{let i=s`${d("warning")}<bdi class="clamp">${e.text}</bdi>`,r=`warning ${e.severity}`;return s`<li>
        ${e.entity_id?s`<button
                class=${`${r} link`}
                aria-haspopup="dialog"
                @click=${()=>n.open(e.entity_id)}
              >
                ${i}
              </button>`:s`<div class=${r}>${i}</div>`}
      </li>`})}
  </ul>`:c}m("mybmw-commands",p);var b=async()=>m("mybmw-details",(await import("./mybmw-details-FFYTV2KP.js")).MyBmwDetails),v=async()=>m("mybmw-history",(await import("./mybmw-history-P55FDBHQ.js")).MyBmwHistory),X=async()=>m("mybmw-place",(await import("./mybmw-place-KL7Z45YW.js")).MyBmwPlace),w=n=>t=>s`<mybmw-details .view=${t} .name=${n}></mybmw-details>`,y=n=>t=>s`<mybmw-history .view=${t} .name=${n}></mybmw-history>`,u=()=>!0,Y=n=>n.car.drive!=="combustion"&&!!(n.car.drive!=="unknown"||n.fact("charge_level")),q=(...n)=>t=>n.some(e=>t.fact(e)),J=["doors_open","windows_open","hood","trunk","sunroof"],F={head:{icon:"car",folds:!1,applies:u,render:()=>c},warnings:{icon:"warning",folds:!1,applies:n=>n.car.warnings.length>0,render:M},energy:{icon:"battery",folds:!1,applies:u,render:_},commands:{icon:"lock",folds:!1,applies:n=>n.commands().length>0,render:n=>s`<mybmw-commands .view=${n}></mybmw-commands>`},car:{icon:"car",folds:!0,applies:u,render:w("car"),alerts:n=>J.some(t=>n.flag(t)===!0),load:b},climate:{icon:"climate",folds:!0,applies:q("climate_active","departure_1","departure_2","departure_3"),render:w("climate"),load:b},place:{icon:"pin",folds:!0,applies:q("position"),render:n=>s`<mybmw-place .view=${n}></mybmw-place>`,load:X},service:{icon:"wrench",folds:!0,applies:u,render:w("service"),alerts:n=>n.car.check_control.length>0,load:b},trips:{icon:"route",folds:!0,applies:u,render:y("trips"),load:v},charges:{icon:"bolt",folds:!0,applies:Y,render:y("charges"),load:v},battery:{icon:"battery",folds:!0,applies:n=>n.car.drive==="electric"||n.car.drive==="plug_in_hybrid",render:y("battery"),load:v}};function xe(n){let t=new Set(n.hide??[]);n.commands===!1&&t.add("commands");let e=n.parts?.length?n.parts:Object.keys(F);return[...new Set(e)].filter(i=>Object.hasOwn(F,i)&&!t.has(i))}export{Q as a,ee as b,ne as c,re as d,f as e,E as f,p as g,pe as h,F as i,xe as j};
