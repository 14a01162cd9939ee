import{a as g}from"./mybmw-chunk-2CJQVYGJ.js";import{a as m,b as a,c as v,d as s,e as R,g as c,h as N,i as S}from"./mybmw-chunk-DH6XF27W.js";var V=[2e3,5e3,15e3,6e4],X=["facts","commands"];function Y(t,e){if(!t||e.texts)return e;let n={...t,...e};for(let r of X)e[r]&&Object.assign(n,{[r]:{...t[r],...e[r]}});return n}var x=class{constructor(e,n){this.connection=e;this.request=n;this.listeners=new Set;this.failures=0;this.watch=()=>{document.hidden?this.end():this.listeners.size&&this.begin()};this.end=()=>{clearTimeout(this.timer);let e=this.subscription;this.subscription=void 0,e&&(e.ended=!0,e.end&&this.close(e.end))}}listen(e){return this.listeners.size||document.addEventListener("visibilitychange",this.watch),this.listeners.add(e),this.watch(),()=>{!this.listeners.delete(e)||this.listeners.size||(document.removeEventListener("visibilitychange",this.watch),this.later(5e3,this.end))}}later(e,n){clearTimeout(this.timer),this.timer=setTimeout(n,e)}begin(){if(clearTimeout(this.timer),this.subscription)return;let e={ended:!1};this.subscription=e,this.connection.subscribeMessage(n=>e.ended||this.receive(n),this.request).then(n=>{e.end=n,e.ended&&this.close(n)}).catch(n=>e.ended||this.fail(String(n?.code??"failed")))}close(e){Promise.resolve(e()).catch(()=>{})}receive(e){e.texts&&(E=e.texts),this.failures=0,this.error=void 0,this.data=Y(this.data,e),this.tell()}fail(e){this.subscription=void 0,this.error=e,this.data=void 0;let n=V[Math.min(this.failures++,V.length-1)]??0;this.later(n,this.watch),this.tell()}tell(){for(let e of[...this.listeners])e()}},E={};function ve(){return E}var q=new WeakMap;function xe({connection:t,language:e},n){let r=q.get(t)??new Map;q.set(t,r);let i=`${e} ${n??""}`,o={type:"mybmw/card/subscribe",language:e,...n?{device_id:n}:{}},l=r.get(i)??new x(t,o);return r.set(i,l),l}var J={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],space_comma:["fr","sv","cs"],quote_decimal:["de-CH"]},Q=["cs","de","fi","fr","sk","sv"],ee=/^\d{4}-\d\d-\d\d$/,te=/^\d{4}-\d\d-\d\dT/,ne=/^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/,re=[["day",86400],["hour",3600],["minute",60]],$="–",I=class{constructor(e,n,r=Date.now){this.hass=e;this.texts=n;this.now=r;this.language=e.locale.language||"en",this.timeZone=e.locale.time_zone==="server"?e.config?.time_zone:void 0}text(e,n={}){return(this.texts[e]??e).replace(/\{(\w+)\}/g,(r,i)=>String(n[i]??r))}number(e,n){let r=this.hass.locale.number_format,i=n==null?{maximumFractionDigits:1}:{minimumFractionDigits:n,maximumFractionDigits:n};if(r==="none")return new Intl.NumberFormat("en-US",{...i,useGrouping:!1}).format(e);let o=r==="system"?void 0:J[r]??this.language;return new Intl.NumberFormat(o,i).format(e)}quantity(e,n,r){let i=this.number(e,r);return n?n==="%"&&!Q.includes(this.language.split("-")[0]??"")?`${i}%`:`${i} ${n}`:i}money(e,n){return!n||!/^[A-Z]{3}$/.test(n)?this.number(e,2):new Intl.NumberFormat(this.language,{style:"currency",currency:n}).format(e)}fact(e){return e?e.text!==null?e.text:typeof e.value=="number"?this.quantity(e.value,e.unit,e.precision):typeof e.value=="string"?this.moment(e.value):$:$}moment(e){if(ne.test(e))return this.clock(e);if(ee.test(e))return this.day(e);let n=te.test(e)?new Date(e):void 0;if(!n||Number.isNaN(n.getTime()))return e;let r=Math.abs(n.getTime()-this.now())/36e5;return r<12||this.isToday(n)?this.time(n):this.dates(r<144?{weekday:"short",...this.clockStyle()}:{day:"numeric",month:"short"}).format(n)}time(e){return this.dates(this.clockStyle()).format(e)}day(e){let n={day:"numeric",month:"short",year:"numeric",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,n).format(new Date(`${e}T12:00:00Z`))}date(e){let n=new Date(e);return Number.isNaN(n.getTime())?$:this.dates({day:"numeric",month:"short",...this.clockStyle()}).format(n)}month(e,n="long"){let r={month:n,year:n==="long"?"numeric":"2-digit",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,r).format(new Date(`${e}-15T12:00:00Z`))}ago(e){let n=(this.now()-new Date(e).getTime())/1e3,[r,i]=re.find(([,l])=>n>=l)??[];if(!r||!i)return this.text("just_now");let o={numeric:"auto",style:"long"};return new Intl.RelativeTimeFormat(this.language,o).format(-Math.floor(n/i),r)}duration(e){let n=Math.round(e);return n<60?this.text("minutes",{value:n}):this.text("hours",{hours:Math.floor(n/60),minutes:n%60})}clock(e){let n={...this.clockStyle(),timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,n).format(new Date(`1970-01-01T${e.slice(0,5)}:00Z`))}clockStyle(){let e=this.hass.locale.time_format,n=e==="12"?"h12":e==="24"?"h23":void 0;return{hour:"numeric",minute:"2-digit",...n?{hourCycle:n}:{}}}dates(e){return new Intl.DateTimeFormat(this.language,{...e,...this.timeZone?{timeZone:this.timeZone}:{}})}isToday(e){let n={dateStyle:"short"};return this.dates(n).format(e)===this.dates(n).format(this.now())}};function F(t,e,n){t.dispatchEvent(new CustomEvent(e,{detail:n,bubbles:!0,composed:!0}))}function _e(t,e){F(t,"hass-more-info",{entityId:e})}function ke(t){history.pushState(null,"",`/config/devices/device/${encodeURIComponent(t)}`),F(window,"location-changed",{replace:!1})}async function M(t,e){await t.callService(e.domain,e.service,e.data)}var U=1e3,ie=400,ae=6e4,se={lock:"lock",unlock:"unlock",climate_start:"fan",climate_stop:"stop",charge_start:"bolt",charge_stop:"stop",horn:"horn",lights:"lights",finder:"search"},b=class extends R{constructor(){super(...arguments);this.pressed=!1}static{this.properties={view:{attribute:!1}}}static{this.styles=[N,m`
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
        transition: transform ${U}ms linear !important;
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
    `]}disconnectedCallback(){super.disconnectedCallback(),clearTimeout(this.timer),this.held=void 0}press(n,r){r.confirm!=="hold"||this.busy||this.held||(this.pressed=!0,this.held=n,this.note=void 0,this.timer=setTimeout(()=>{this.held=void 0,this.send(n,r)},U),this.requestUpdate())}release(){clearTimeout(this.timer),this.held&&(this.note=this.hint(this.held)),this.held=void 0,setTimeout(()=>this.pressed=!1,ie),this.requestUpdate()}hint(n){return this.view.text("hold_to",{command:this.view.car.commands[n]?.label??""})}tap(n,r){this.busy||r.confirm==="hold"&&this.pressed||(r.confirm==="none"?this.send(n,r):this.ask(n,r))}key(n,r,i){i.confirm!=="hold"||n.key!=="Enter"&&n.key!==" "||(n.preventDefault(),n.repeat||this.press(r,i))}async ask(n,r){this.asked=[n,r],this.requestUpdate(),await this.updateComplete,this.renderRoot.querySelector("dialog")?.showModal()}answered(n){let r=this.asked,i=n.currentTarget;this.asked=void 0,this.requestUpdate(),r&&i.returnValue==="yes"&&this.send(...r)}async send(n,r){this.busy=n,this.failure=this.note=void 0,this.requestUpdate();try{await M(this.view.hass,r)}catch(i){let o=i?.message;this.failure=this.view.text("failed",{error:typeof o=="string"?o:r.label})}this.busy=void 0,this.requestUpdate()}outcome(){let n=this.view.car.command_state;if(this.failure)return a`<span class="error">${c("warning")}</span><bdi class="clamp">${this.failure}</bdi>`;if(this.busy||n?.state==="pending")return a`${c("clock")}<bdi class="clamp"
          >${n?.state==="pending"?n.text:this.view.text("sending")}</bdi
        >`;if(this.note)return a`${c("info")}<bdi class="clamp">${this.note}</bdi>`;if(!n||Date.now()-new Date(n.at).getTime()>ae)return s;let r=n.state==="error";return a`<span class=${r?"error":"done"}>${c(r?"warning":"check")}</span
      ><bdi class="clamp">${n.text}</bdi>`}button([n,r]){let i=this.view.car.command_state,o=this.busy===n||i?.state==="pending"&&i.name===n,l=r.confirm==="hold";return a`<button
      class=${`command link ${this.held===n?"held":""} ${o?"busy":""}`}
      aria-label=${l?this.hint(n):r.label}
      aria-busy=${o?"true":"false"}
      @click=${()=>this.tap(n,r)}
      @contextmenu=${d=>l&&d.preventDefault()}
      @pointerdown=${d=>d.button===0&&this.press(n,r)}
      @pointerup=${this.release}
      @pointerleave=${this.release}
      @pointercancel=${this.release}
      @keydown=${d=>this.key(d,n,r)}
      @keyup=${this.release}
      @blur=${this.release}
    >
      ${c(se[n]??"car")}<bdi class="clamp">${r.label}</bdi>
      ${l?a`<span class="hint">${this.view.text("hold")}</span>`:s}
    </button>`}dialog(){if(!this.asked)return s;let[,n]=this.asked,r=this.view.text("confirm_question",{command:n.label});return a`<dialog aria-labelledby="question" @close=${this.answered}>
      <form method="dialog">
        <h3 id="question" class="clamp"><bdi>${r}</bdi></h3>
        <p class="clamp">${this.view.text("confirm_text",{name:this.view.car.name})}</p>
        <div class="choice">
          <button class="action" value="no">${this.view.text("cancel")}</button>
          <button class="action yes" value="yes">${this.view.text("confirm")}</button>
        </div>
      </form>
    </dialog>`}render(){return a`<div class="row" style=${S(this.view.commands().length)}>
        ${this.view.commands().map(n=>this.button(n))}
      </div>
      <div class="outcome" role="status">${this.outcome()}</div>
      ${this.dialog()}`}};var qe=m`
  .energy {
    display: grid;
    gap: 12px;
  }
  .gauge {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 8px 20px;
    align-items: center;
  }
  .ring {
    position: relative;
    width: clamp(96px, 30cqi, 124px);
    aspect-ratio: 1;
    border-radius: 50%;
    display: block;
  }
  .ring svg {
    width: 100%;
    height: 100%;
    display: block;
  }
  .ring circle {
    fill: none;
    stroke-width: 9;
  }
  .track {
    stroke: color-mix(in srgb, var(--text) 10%, transparent);
  }
  .level {
    stroke: var(--level);
    stroke-linecap: round;
    transition: stroke-dasharray 0.6s ease;
  }
  .predicted {
    stroke: color-mix(in srgb, var(--level) 45%, transparent);
    stroke-linecap: round;
  }
  .mark {
    stroke: var(--text);
    stroke-width: 3;
    stroke-linecap: round;
  }
  .charging .level {
    animation: breathe 2.4s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.55;
    }
  }
  .middle {
    position: absolute;
    inset: 12%;
    display: grid;
    place-content: center;
    grid-template-columns: minmax(0, 100%);
    justify-items: center;
    text-align: center;
  }
  .middle .big {
    font-size: clamp(24px, 8cqi, 32px);
    font-weight: 500;
    line-height: 1;
    letter-spacing: -0.02em;
  }
  .middle .icon {
    width: 18px;
    height: 18px;
    color: var(--level);
  }
  .middle .icon.plugged {
    color: var(--quiet);
  }
  .middle small {
    color: var(--quiet);
    font-size: 11px;
    max-width: 76px;
    margin-top: 3px;
  }
  .main {
    display: grid;
    gap: 2px;
    justify-items: start;
    min-width: 0;
  }
  .range {
    font-size: clamp(26px, 9cqi, 36px);
    line-height: 1.1;
    font-weight: 500;
    letter-spacing: -0.02em;
    font-variant-numeric: tabular-nums;
    border-radius: 8px;
    margin: 0 -6px;
    padding: 0 6px;
  }
  .range small {
    display: block;
    color: var(--quiet);
    font-size: 13px;
    font-weight: 400;
    letter-spacing: 0;
  }
  .now {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 6px;
  }
  .now .icon {
    color: var(--good);
  }
  .now.idle .icon {
    color: var(--quiet);
  }
  .bars {
    display: grid;
    gap: 14px;
  }
  .bar {
    display: grid;
    width: 100%;
    grid-template-columns: auto 1fr auto;
    align-items: baseline;
    gap: 6px 8px;
    border-radius: 8px;
  }
  .bar .icon {
    align-self: center;
    color: var(--quiet);
  }
  .bar .numbers {
    font-size: 18px;
    font-weight: 500;
    font-variant-numeric: tabular-nums;
    display: flex;
    gap: 4px 10px;
    justify-content: end;
    flex-wrap: wrap;
  }
  .bar .numbers .quiet {
    font-weight: 400;
  }
  .rail {
    grid-column: 1 / -1;
    position: relative;
    height: 10px;
    border-radius: 5px;
    background: color-mix(in srgb, var(--text) 10%, transparent);
  }
  .rail i,
  .rail b {
    position: absolute;
    inset-block: 0;
    inset-inline-start: 0;
    border-radius: 5px;
    background: var(--level);
    transition: width 0.6s ease;
  }
  .rail b {
    background: color-mix(in srgb, var(--level) 45%, transparent);
  }
  .rail u {
    position: absolute;
    inset-block: -3px;
    width: 3px;
    margin-inline-start: -1.5px;
    border-radius: 2px;
    background: var(--text);
  }
  .charging .rail i {
    animation: breathe 2.4s ease-in-out infinite;
  }
`,_=52,O=2*Math.PI*_,p=t=>Math.min(100,Math.max(0,t));function w(t){return t<=10?"var(--bad)":t<=20?"var(--medium)":"var(--good)"}function u(t){let e=t.fact("charging_state")?.value;return e===!0||typeof e=="string"&&e.toLowerCase()==="charging"}function z(t,e,n){let r=O*(p(n)-p(e))/100;return v`<circle class=${t} cx="60" cy="60" r=${_} stroke-dasharray=${`${r} ${O}`}
    transform=${`rotate(${p(e)*3.6-90} 60 60)`} />`}function oe(t){return v`<line class="mark" x1="60" y1="1.5" x2="60" y2="14.5" transform=${`rotate(${p(t)*3.6} 60 60)`} />`}function B(t){let e=t.fact("predicted_charge_level"),n=t.number("charge_level");if(!(!e||typeof e.value!="number"))return n!==void 0&&Math.abs(e.value-n)<1?void 0:e}function le(t,e){let n=B(t),r=t.number("charge_level")??t.number("predicted_charge_level")??0,i=t.number("charge_target"),o=typeof n?.value=="number"&&n.value>r?n.value:void 0,l=u(t)?"bolt":t.flag("plugged")?"plug":void 0,d=t.format.fact(e),y=[d];n&&y.push(t.text("estimated",{value:t.format.fact(n)})),i!==void 0&&y.push(t.text("target_short",{value:t.format.fact(t.fact("charge_target"))}));let W=a`<svg viewBox="0 0 120 120" aria-hidden="true" style=${`--level:${w(r)}`}>
      <circle class="track" cx="60" cy="60" r=${_} />
      ${o===void 0?s:z("predicted",0,o)}
      ${r>0?z("level",0,r):s} ${i===void 0?s:oe(i)}
    </svg>
    <span class="middle" style=${`--level:${w(r)}`}>
      ${l?a`<span class=${l==="plug"?"quiet":""}>${c(l)}</span>`:s}
      <span class="big clamp"><bdi>${d}</bdi></span>
      ${n?a`<small class="clamp"><bdi>${t.text("estimated",{value:t.format.fact(n)})}</bdi></small>`:s}
    </span>`;return t.link(e,`ring ${u(t)?"charging":""}`,W,y.join(", "))}function L(t){if(u(t)){let n=[t.fact("charging_power"),t.fact("charging_end"),t.fact("charging_gained")],[r,i,o]=n.map(d=>d&&d.value!==null?t.format.fact(d):void 0),l=[r,i&&t.text("until",{time:i}),o&&t.text("gained",{value:o})].filter(Boolean);return a`<div class="now">
      ${c("bolt")}<bdi class="clamp">${l.join(" · ")||t.text("charging")}</bdi>
    </div>`}let e=t.fact("charge_target");if(t.flag("plugged")){let n=t.fact("charging_state")?.text??t.text("plugged_in");return a`<div class="now idle">${c("plug")}<bdi class="clamp">${n}</bdi></div>`}return!e||e.value===null?s:a`<div class="quiet">${t.text("target_short",{value:t.format.fact(e)})}</div>`}function k(t,e){if(!e)return s;let n=t.format.fact(e);return t.link(e,"range",a`<span class="clamp"><bdi>${n}</bdi></span
      ><small>${t.text("range")}</small>`,n)}function ce(t){let e=t.first("charge_level","predicted_charge_level"),n=t.first("range_electric","range_total");if(!e&&!n)return s;let r=u(t)?s:[de(t,"last_charge","bolt"),t.tile(t.fact("charged_this_month"),"calendar")];return a`<div class="gauge">
      ${e?le(t,e):s}
      <div class="main">${k(t,n)} ${L(t)}</div>
    </div>
    ${r===s||r.every(i=>i===s)?s:a`<div class="tiles">${r}</div>`}`}function de(t,e,n){let r=t.fact(e);if(!r||r.value===null)return s;let i=r.at?`${r.name} · ${t.format.moment(r.at)}`:r.name;return t.tile({...r,stale:!1},n,void 0,i)}function H(t,e){let n=e.numbers.filter(o=>o!==void 0),r=o=>`width:${p(o)}%`,i=a`${c(e.symbol)}<span>${e.name}</span>
    <span class="numbers"
      >${n.map((o,l)=>a`<span class=${l<n.length-1?"quiet":""}><bdi>${o}</bdi></span>`)}</span
    >
    ${e.level===void 0?s:a`<span class="rail" style=${`--level:${w(e.level)}`}>
            ${e.ahead===void 0?s:a`<b style=${r(e.ahead)}></b>`}<i
              style=${r(e.level)}
            ></i
            >${e.mark===void 0?s:a`<u style=${`inset-inline-start:${p(e.mark)}%`}></u>`}
          </span>`}`;return t.link({...e.fact,name:e.name},"bar",i,n.join(", "))}var f=(t,e)=>e&&e.value!==null?t.format.fact(e):void 0;function ue(t){let e=t.first("charge_level","predicted_charge_level"),n=t.fact("range_electric"),r=e??n;if(!r)return s;let i=B(t);return a`<div class=${u(t)?"charging":""}>
    ${H(t,{symbol:u(t)?"bolt":t.flag("plugged")?"plug":"battery",name:t.text("electric"),level:typeof e?.value=="number"?e.value:void 0,fact:r,numbers:[f(t,e),f(t,n)],mark:t.number("charge_target"),ahead:typeof i?.value=="number"?i.value:void 0})}
  </div>`}function j(t,e){let n=t.fact("fuel_level"),r=t.fact("fuel_percent"),i=t.first("fuel_level","fuel_percent")??e;return i?H(t,{symbol:"fuel",name:t.text("fuel"),level:t.number("fuel_percent"),fact:i,numbers:[f(t,r),f(t,n),e&&f(t,e)]}):s}function me(t){let e=t.flag("plugged")||u(t),n=t.first("range_total");return a`<div class="bars">
    ${k(t,n)} ${ue(t)} ${j(t,t.fact("range_fuel"))}
    ${e?L(t):a`<div class="tiles">${t.tile(t.fact("electric_share"),"route")}</div>`}
  </div>`}function pe(t){let e=[t.tile(t.fact("oil_level"),"oil"),t.tile(t.first("next_service_date","next_service_distance"),"wrench"),t.tile(t.fact("battery_12v"),"battery")].filter(n=>n!==s);return a`<div class="bars">
    ${k(t,t.first("range_fuel","range_total"))} ${j(t,void 0)}
    ${e.length?a`<div class="tiles">${e}</div>`:s}
  </div>`}function ge(t){return!!t.first("charge_level","predicted_charge_level","fuel_level","fuel_percent","range_total","range_electric","range_fuel")}function Z(t){if(!ge(t))return a`<p class="empty">${c("info")}${t.text("no_energy")}</p>`;let{drive:e}=t.car,n=t.first("fuel_level","fuel_percent","range_fuel"),r=t.first("charge_level","range_electric");if(e==="plug_in_hybrid"||e==="unknown"&&n&&r)return a`<div class="energy">${me(t)}</div>`;let i=e==="combustion"||e==="unknown"&&!r?pe(t):ce(t);return a`<div class="energy">${i}</div>`}var Me=m`
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
`,fe=5;function A(t){let e=[...t.car.warnings].sort((n,r)=>+(r.severity==="error")-+(n.severity==="error"));return e.length?a`<ul class="warnings">
    ${e.slice(0,fe).map(n=>{let r=a`${c("warning")}<bdi class="clamp">${n.text}</bdi>`,i=`warning ${n.severity}`;return a`<li>
        ${n.entity_id?a`<button
                class=${`${i} link`}
                aria-haspopup="dialog"
                @click=${()=>t.open(n.entity_id)}
              >
                ${r}
              </button>`:a`<div class=${i}>${r}</div>`}
      </li>`})}
  </ul>`:s}g("mybmw-commands",b);var T=async()=>g("mybmw-details",(await import("./mybmw-details-GPKJJH64.js")).MyBmwDetails),C=async()=>g("mybmw-history",(await import("./mybmw-history-TQYU4PQ2.js")).MyBmwHistory),he=async()=>g("mybmw-place",(await import("./mybmw-place-HKVQZQ3V.js")).MyBmwPlace),P=t=>e=>a`<mybmw-details .view=${e} .name=${t}></mybmw-details>`,D=t=>e=>a`<mybmw-history .view=${e} .name=${t}></mybmw-history>`,h=()=>!0,be=t=>t.car.drive!=="combustion"&&!!(t.car.drive!=="unknown"||t.fact("charge_level")),G=(...t)=>e=>t.some(n=>e.fact(n)),ye=["doors_open","windows_open","hood","trunk","sunroof"],K={head:{icon:"car",folds:!1,applies:h,render:()=>s},warnings:{icon:"warning",folds:!1,applies:t=>t.car.warnings.length>0,render:A},energy:{icon:"battery",folds:!1,applies:h,render:Z},commands:{icon:"lock",folds:!1,applies:t=>t.commands().length>0,render:t=>a`<mybmw-commands .view=${t}></mybmw-commands>`},car:{icon:"car",folds:!0,applies:h,render:P("car"),alerts:t=>ye.some(e=>t.flag(e)===!0),load:T},climate:{icon:"climate",folds:!0,applies:G("climate_active","departure_1","departure_2","departure_3"),render:P("climate"),load:T},place:{icon:"pin",folds:!0,applies:G("position"),render:t=>a`<mybmw-place .view=${t}></mybmw-place>`,load:he},service:{icon:"wrench",folds:!0,applies:h,render:P("service"),alerts:t=>t.car.check_control.length>0,load:T},trips:{icon:"route",folds:!0,applies:h,render:D("trips"),load:C},charges:{icon:"bolt",folds:!0,applies:be,render:D("charges"),load:C},battery:{icon:"battery",folds:!0,applies:t=>t.car.drive==="electric"||t.car.drive==="plug_in_hybrid",render:D("battery"),load:C}};function je(t){let e=new Set(t.hide??[]);t.commands===!1&&e.add("commands");let n=t.parts?.length?t.parts:Object.keys(K);return[...new Set(n)].filter(r=>Object.hasOwn(K,r)&&!e.has(r))}export{ve as a,xe as b,_e as c,ke as d,$ as e,I as f,b as g,qe as h,Me as i,K as j,je as k};
