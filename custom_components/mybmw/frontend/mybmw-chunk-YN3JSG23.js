import{a as $,b as l,c as p,d as a,g as u}from"./mybmw-chunk-HU6SQAMF.js";var C=$`
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
`,b=52,_=2*Math.PI*b,d=e=>Math.min(100,Math.max(0,e));function m(e){return e<=10?"var(--bad)":e<=20?"var(--medium)":"var(--good)"}function o(e){let t=e.fact("charging_state")?.value;return t===!0||typeof t=="string"&&t.toLowerCase()==="charging"}function y(e,t,n){let r=_*(d(n)-d(t))/100;return p`<circle class=${e} cx="60" cy="60" r=${b} stroke-dasharray=${`${r} ${_}`}
    transform=${`rotate(${d(t)*3.6-90} 60 60)`} />`}function B(e){return p`<line class="mark" x1="60" y1="1.5" x2="60" y2="14.5" transform=${`rotate(${d(e)*3.6} 60 60)`} />`}function k(e){let t=e.fact("predicted_charge_level"),n=e.first("charge_level");return!t||typeof t.value!="number"?void 0:typeof n?.value!="number"?t:t.at&&n.at&&Date.parse(t.at)<Date.parse(n.at)||Math.abs(t.value-n.value)<1?void 0:t}function F(e,t){let n=k(e),r=e.number("charge_level")??e.number("predicted_charge_level")??0,i=e.number("charge_target"),s=typeof n?.value=="number"&&n.value>r?n.value:void 0,c=o(e)?"bolt":e.flag("plugged")?"plug":void 0,g=e.format.fact(t),x=[t.name];i!==void 0&&x.push(e.text("target_short",{value:e.format.fact(e.fact("charge_target"))}));let P=l`<svg viewBox="0 0 120 120" aria-hidden="true" style=${`--level:${m(r)}`}>
      <circle class="track" cx="60" cy="60" r=${b} />
      ${s===void 0?a:y("predicted",0,s)}
      ${r>0?y("level",0,r):a} ${i===void 0?a:B(i)}
    </svg>
    <span class="middle" style=${`--level:${m(r)}`}>
      ${c?l`<span class=${c==="plug"?"quiet":""}>${u(c)}</span>`:a}
      <span class="big clamp"><bdi>${g}</bdi></span>
      ${n?l`<small class="clamp"><bdi>${e.text("estimated",{value:e.format.fact(n)})}</bdi></small>`:a}
    </span>`;return e.link(t,`ring ${o(e)?"charging":""}`,P,x.join(", "))}function v(e){if(o(e)){let n=[e.fact("charging_power"),e.fact("charging_end"),e.fact("charging_gained")],[r,i,s]=n.map(g=>g&&g.value!==null?e.format.fact(g):void 0),c=[r,i&&e.text("until",{time:i}),s&&e.text("gained",{value:s})].filter(Boolean);return l`<div class="now">
      ${u("bolt")}<bdi class="clamp">${c.join(" · ")||e.text("charging")}</bdi>
    </div>`}let t=e.fact("charge_target");if(e.flag("plugged")){let n=e.fact("charging_state")?.text??e.text("plugged_in");return l`<div class="now idle">${u("plug")}<bdi class="clamp">${n}</bdi></div>`}return!t||t.value===null?a:l`<div class="quiet">${e.text("target_short",{value:e.format.fact(t)})}</div>`}function h(e,t){if(!t)return a;let n=e.format.fact(t);return e.link(t,"range",l`<span class="clamp"><bdi>${n}</bdi></span
      ><small>${e.text("range")}</small>`)}function R(e){let t=e.first("charge_level","predicted_charge_level"),n=e.first("range_electric","range_total");if(!t&&!n)return a;let r=o(e)?a:[I(e,"last_charge","bolt"),e.tile(e.fact("charged_this_month"),"calendar")];return l`<div class="gauge">
      ${t?F(e,t):a}
      <div class="main">${h(e,n)} ${v(e)}</div>
    </div>
    ${r===a||r.every(i=>i===a)?a:l`<div class="tiles">${r}</div>`}`}function I(e,t,n){let r=e.fact(t);if(!r||r.value===null)return a;let i=r.at?`${r.name} · ${e.format.moment(r.at)}`:r.name;return e.tile({...r,stale:!1},n,void 0,i)}function V(e,t){let n=t.numbers.filter(s=>s!==void 0),r=s=>`width:${d(s)}%`,i=l`${u(t.symbol)}<span>${t.name}</span>
    <span class="numbers"
      >${n.map((s,c)=>l`<span class=${c<n.length-1?"quiet":""}><bdi>${s}</bdi></span>`)}</span
    >
    ${t.level===void 0?a:l`<span class="rail" style=${`--level:${m(t.level)}`}>
            ${t.ahead===void 0?a:l`<b style=${r(t.ahead)}></b>`}<i
              style=${r(t.level)}
            ></i
            >${t.mark===void 0?a:l`<u style=${`inset-inline-start:${d(t.mark)}%`}></u>`}
          </span>`}`;return e.link(t.fact,"bar",i)}var f=(e,t)=>t&&t.value!==null?e.format.fact(t):void 0;function j(e){let t=e.first("charge_level","predicted_charge_level"),n=e.fact("range_electric"),r=t??n;if(!r)return a;let i=k(e);return l`<div class=${o(e)?"charging":""}>
    ${V(e,{symbol:o(e)?"bolt":e.flag("plugged")?"plug":"battery",name:e.text("electric"),level:typeof t?.value=="number"?t.value:void 0,fact:r,numbers:[f(e,t),f(e,n)],mark:e.number("charge_target"),ahead:typeof i?.value=="number"?i.value:void 0})}
  </div>`}function q(e,t){let n=e.fact("fuel_level"),r=e.fact("fuel_percent"),i=e.first("fuel_level","fuel_percent")??t;return i?V(e,{symbol:"fuel",name:e.text("fuel"),level:e.number("fuel_percent"),fact:i,numbers:[f(e,r),f(e,n),t&&f(e,t)]}):a}function z(e){let t=e.flag("plugged")||o(e),n=t?a:e.tile(e.fact("electric_share"),"route"),r=e.first("range_total");return l`<div class="bars">
    ${h(e,r)} ${j(e)} ${q(e,e.fact("range_fuel"))}
    ${t?v(e):n===a?a:l`<div class="tiles">${n}</div>`}
  </div>`}function M(e){let t=e.first("next_service_date");return typeof t?.value=="string"?e.tile(t,"wrench",e.format.dueMonth(t.value)):e.tile(e.first("next_service_distance"),"wrench")}function N(e){let t=[e.tile(e.fact("oil_level"),"oil"),M(e),e.tile(e.fact("battery_12v"),"battery")].filter(n=>n!==a);return l`<div class="bars">
    ${h(e,e.first("range_fuel","range_total"))} ${q(e,void 0)}
    ${t.length?l`<div class="tiles">${t}</div>`:a}
  </div>`}function T(e){return!!e.first("charge_level","predicted_charge_level","fuel_level","fuel_percent","range_total","range_electric","range_fuel")}function U(e){if(!T(e))return l`<p class="empty">${u("info")}${e.text("no_energy")}</p>`;let{drive:t}=e.car,n=e.first("fuel_level","fuel_percent","range_fuel"),r=e.first("charge_level","range_electric");if(t==="plug_in_hybrid"||t==="unknown"&&n&&r)return l`<div class="energy">${z(e)}</div>`;let i=t==="combustion"||t==="unknown"&&!r?N(e):R(e);return l`<div class="energy">${i}</div>`}export{C as a,o as b,M as c,U as d};
