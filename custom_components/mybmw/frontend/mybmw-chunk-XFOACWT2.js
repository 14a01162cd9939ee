import{a as y,b as l,c as b,d as i,g as p}from"./mybmw-chunk-HU6SQAMF.js";var L=y`
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
  .words {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 6px;
    min-width: 0;
  }
  .word {
    position: relative;
    border-radius: 6px;
    min-height: 24px;
    margin: 0 -3px;
    padding: 0 3px;
    min-width: 0;
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
`,x=52,_=2*Math.PI*x,d=e=>Math.min(100,Math.max(0,e));function h(e){return e<=10?"var(--bad)":e<=20?"var(--medium)":"var(--good)"}function s(e){let t=e.fact("charging_state")?.value;return t===!0||typeof t=="string"&&t.toLowerCase()==="charging"}function k(e,t,n){let r=_*(d(n)-d(t))/100;return b`<circle class=${e} cx="60" cy="60" r=${x} stroke-dasharray=${`${r} ${_}`}
    transform=${`rotate(${d(t)*3.6-90} 60 60)`} />`}function B(e){return b`<line class="mark" x1="60" y1="1.5" x2="60" y2="14.5" transform=${`rotate(${d(e)*3.6} 60 60)`} />`}function v(e){let t=e.fact("predicted_charge_level"),n=e.first("charge_level");return!t||typeof t.value!="number"?void 0:typeof n?.value!="number"?t:t.at&&n.at&&Date.parse(t.at)<Date.parse(n.at)||Math.abs(t.value-n.value)<1?void 0:t}function I(e,t){let n=v(e),r=e.number("charge_level")??e.number("predicted_charge_level")??0,a=e.number("charge_target"),o=typeof n?.value=="number"&&n.value>r?n.value:void 0,u=s(e)?"bolt":e.flag("plugged")?"plug":void 0,g=e.format.fact(t),m=[t.name];a!==void 0&&m.push(e.text("target_short",{value:e.format.fact(e.fact("charge_target"))}));let c=l`<svg viewBox="0 0 120 120" aria-hidden="true" style=${`--level:${h(r)}`}>
      <circle class="track" cx="60" cy="60" r=${x} />
      ${o===void 0?i:k("predicted",0,o)}
      ${r>0?k("level",0,r):i} ${a===void 0?i:B(a)}
    </svg>
    <span class="middle" style=${`--level:${h(r)}`}>
      ${u?l`<span class=${u==="plug"?"quiet":""}>${p(u)}</span>`:i}
      <span class="big clamp"><bdi>${g}</bdi></span>
      ${n?l`<small class="clamp"><bdi>${e.text("estimated",{value:e.format.fact(n)})}</bdi></small>`:i}
    </span>`;return e.link(t,`ring ${s(e)?"charging":""}`,c,m.join(", "))}function f(e,t,n,r){let a=e.first(t);return a?e.link(a,"word",l`<bdi class="clamp">${n(e.format.fact(a))}</bdi>`,r):i}function V(e){if(!s(e)&&!e.flag("plugged")){let a=f(e,"charge_target",o=>e.text("target_short",{value:o}));return a===i?i:l`<div class="quiet">${a}</div>`}let t=[f(e,"charging_power",a=>a,e.fact("charging_power")?.name),f(e,"charging_end",a=>e.text("until",{time:a})),f(e,"charging_gained",a=>e.text("gained",{value:a}))].filter(a=>a!==i),n=f(e,"charging_state",a=>a),r=s(e)&&t.length?t:[n===i?e.text("plugged_in"):n];return l`<div class=${s(e)?"now":"now idle"}>
    ${p(s(e)?"bolt":"plug")}
    <div class="words">
      ${r.map((a,o)=>l`${o?l`<span aria-hidden="true">·</span>`:i}${a}`)}
    </div>
  </div>`}function $(e,t){if(!t)return i;let n=e.format.fact(t);return e.link(t,"range",l`<span class="clamp"><bdi>${n}</bdi></span
      ><small>${e.text("range")}</small>`)}function z(e){let t=e.first("charge_level","predicted_charge_level"),n=e.first("range_electric","range_total");if(!t&&!n)return i;let r=s(e)?i:[M(e,"last_charge","bolt"),e.tile(e.fact("charged_this_month"),"calendar")];return l`<div class="gauge">
      ${t?I(e,t):i}
      <div class="main">${$(e,n)} ${V(e)}</div>
    </div>
    ${r===i||r.every(a=>a===i)?i:l`<div class="tiles">${r}</div>`}`}function M(e,t,n){let r=e.fact(t);if(!r||r.value===null)return i;let a=r.at?`${r.name} · ${e.format.moment(r.at)}`:r.name;return e.tile({...r,stale:!1},n,void 0,a)}function P(e,{symbol:t,name:n,level:r,facts:a,mark:o,ahead:u}){let g=a.filter(c=>c!==void 0&&c.value!==null);if(!g.length)return i;let m=g.map((c,F)=>{let R=`word ${F<g.length-1?"quiet":""}`;return e.link(c,R,l`<bdi>${e.format.fact(c)}</bdi>`,c?.name)});return l`<div class="bar">
    ${p(t)}<span>${n}</span><span class="numbers">${m}</span>
    ${r===void 0?i:N(r,o,u)}
  </div>`}function N(e,t,n){let r=a=>`width:${d(a)}%`;return l`<span class="rail" style=${`--level:${h(e)}`}>
    ${n===void 0?i:l`<b style=${r(n)}></b>`}<i style=${r(e)}></i>${t===void 0?i:l`<u style=${`inset-inline-start:${d(t)}%`}></u>`}
  </span>`}function T(e){let t=e.first("charge_level","predicted_charge_level"),n=v(e);return l`<div class=${s(e)?"charging":""}>
    ${P(e,{symbol:s(e)?"bolt":e.flag("plugged")?"plug":"battery",name:e.text("electric"),level:typeof t?.value=="number"?t.value:void 0,facts:[t,e.fact("range_electric")],mark:e.number("charge_target"),ahead:typeof n?.value=="number"?n.value:void 0})}
  </div>`}function q(e,t){return P(e,{symbol:"fuel",name:e.text("fuel"),level:e.number("fuel_percent"),facts:[e.fact("fuel_percent"),e.fact("fuel_level"),t]})}function j(e){let t=e.flag("plugged")||s(e),n=t?i:e.tile(e.fact("electric_share"),"route"),r=e.first("range_total");return l`<div class="bars">
    ${$(e,r)} ${T(e)} ${q(e,e.fact("range_fuel"))}
    ${t?V(e):n===i?i:l`<div class="tiles">${n}</div>`}
  </div>`}function D(e){let t=e.first("next_service_date");return typeof t?.value=="string"?e.tile(t,"wrench",e.format.dueMonth(t.value)):e.tile(e.first("next_service_distance"),"wrench")}function S(e){let t=[e.tile(e.fact("oil_level"),"oil"),D(e),e.tile(e.fact("battery_12v"),"battery")].filter(n=>n!==i);return l`<div class="bars">
    ${$(e,e.first("range_fuel","range_total"))} ${q(e,void 0)}
    ${t.length?l`<div class="tiles">${t}</div>`:i}
  </div>`}function C(e){return!!e.first("charge_level","predicted_charge_level","fuel_level","fuel_percent","range_total","range_electric","range_fuel")}function O(e){if(!C(e))return l`<p class="empty">${p("info")}${e.text("no_energy")}</p>`;let{drive:t}=e.car,n=e.first("fuel_level","fuel_percent","range_fuel"),r=e.first("charge_level","range_electric");if(t==="plug_in_hybrid"||t==="unknown"&&n&&r)return l`<div class="energy">${j(e)}</div>`;let a=t==="combustion"||t==="unknown"&&!r?S(e):z(e);return l`<div class="energy">${a}</div>`}export{L as a,s as b,D as c,O as d};
