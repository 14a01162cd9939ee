import{b as f}from"./mybmw-chunk-PS2OOBVX.js";import{a as y,b as l,c as h,d as a}from"./mybmw-chunk-JOT6AZ72.js";var E=y`
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
  .target {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .bar .target {
    margin-inline-start: 6px;
  }
  .target::before {
    content: "";
    width: 3px;
    height: 12px;
    border-radius: 2px;
    background: var(--text);
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
`,T=3,$=52,k=2*Math.PI*$,d=e=>Math.min(100,Math.max(0,e));function x(e){return e<=10?"var(--bad)":e<=20?"var(--medium)":"var(--good)"}function s(e){let t=e.fact("charging_state")?.value;return t===!0||typeof t=="string"&&t.toLowerCase()==="charging"}function v(e,t,n){let r=k*(d(n)-d(t))/100;return h`<circle class=${e} cx="60" cy="60" r=${$} stroke-dasharray=${`${r} ${k}`}
    transform=${`rotate(${d(t)*3.6-90} 60 60)`} />`}function B(e){return h`<line class="mark" x1="60" y1="1.5" x2="60" y2="14.5" transform=${`rotate(${d(e)*3.6} 60 60)`} />`}function V(e){let t=e.fact("predicted_charge_level"),n=e.first("charge_level");return!t||typeof t.value!="number"?void 0:typeof n?.value!="number"?t:t.at&&n.at&&Date.parse(t.at)<Date.parse(n.at)||Math.abs(t.value-n.value)<1?void 0:t}function M(e,t){let n=V(e),r=e.number("charge_level")??e.number("predicted_charge_level")??0,i=e.number("charge_target"),c=typeof n?.value=="number"&&n.value>r?n.value:void 0,u=s(e)?"bolt":e.flag("plugged")?"plug":void 0,g=e.format.fact(t),p=i===void 0?void 0:e.text("target_short",{value:e.format.fact(e.fact("charge_target"))}),o=p?[t.name,p]:[t.name],b=l`<span title=${p??a}
      ><svg viewBox="0 0 120 120" aria-hidden="true" style=${`--level:${x(r)}`}>
        <circle class="track" cx="60" cy="60" r=${$} />
        ${c===void 0?a:v("predicted",0,c)}
        ${r>0?v("level",0,r):a} ${i===void 0?a:B(i)}
      </svg></span
    >
    <span class="middle" style=${`--level:${x(r)}`}>
      ${u?l`<span class=${u==="plug"?"quiet":""}>${f(u)}</span>`:a}
      <span class="big clamp"><bdi>${g}</bdi></span>
      ${n?l`<small class="clamp"><bdi>${e.text("estimated",{value:e.format.fact(n)})}</bdi></small>`:a}
    </span>`;return e.link(t,`ring ${s(e)?"charging":""}`,b,o.join(", "))}function m(e,t,n,r){let i=e.first(t);return i?e.link(i,"word",l`<bdi class="clamp">${n(e.format.fact(i))}</bdi>`,r):a}function P(e){let t=m(e,"charge_target",n=>e.text("target_short",{value:n}));return t===a?a:l`<div class="target quiet">${t}</div>`}function q(e){if(!s(e)&&!e.flag("plugged"))return a;let t=[m(e,"charging_power",i=>i,e.fact("charging_power")?.name),m(e,"charging_end",i=>e.text("until",{time:i})),m(e,"charging_gained",i=>e.text("gained",{value:i}))].filter(i=>i!==a),n=m(e,"charging_state",i=>i),r=s(e)&&t.length?t:[n===a?e.text("plugged_in"):n];return l`<div class=${s(e)?"now":"now idle"}>
    ${f(s(e)?"bolt":"plug")}
    <div class="words">
      ${r.map((i,c)=>l`${c?l`<span aria-hidden="true">·</span>`:a}${i}`)}
    </div>
  </div>`}function _(e,t){if(!t)return a;let n=e.format.fact(t);return e.link(t,"range",l`<span class="clamp"><bdi>${n}</bdi></span
      ><small>${e.text("range")}</small>`)}function z(e){let t=e.first("charge_level","predicted_charge_level"),n=e.first("range_electric","range_total");if(!t&&!n)return a;let r=s(e)?a:[N(e,"last_charge","bolt"),e.tile(e.fact("charged_this_month"),"calendar")];return l`<div class="gauge">
      ${t?M(e,t):a}
      <div class="main">${_(e,n)} ${q(e)} ${P(e)}</div>
    </div>
    ${r===a||r.every(i=>i===a)?a:l`<div class="tiles">${r}</div>`}`}function N(e,t,n){let r=e.fact(t);if(!r||r.value===null)return a;let i=r.at?`${r.name} · ${e.format.moment(r.at)}`:r.name;return e.tile({...r,stale:!1},n,void 0,i)}function F(e,{symbol:t,name:n,level:r,facts:i,mark:c,ahead:u}){let g=i.filter(o=>o!==void 0&&o.value!==null);if(!g.length)return a;let p=g.map((o,b)=>{let R=`word ${b<g.length-1?"quiet":""}`;return e.link(o,R,l`<bdi>${e.format.fact(o)}</bdi>`,o?.name)});return l`<div class="bar">
    ${f(t)}<span>${n} ${c===void 0?a:P(e)}</span
    ><span class="numbers">${p}</span>
    ${r===void 0?a:S(r,c,u)}
  </div>`}function S(e,t,n){let r=i=>`width:${d(i)}%`;return l`<span class="rail" style=${`--level:${x(e)}`}>
    ${n===void 0?a:l`<b style=${r(n)}></b>`}<i style=${r(e)}></i>${t===void 0?a:l`<u style=${`inset-inline-start:${d(t)}%`}></u>`}
  </span>`}function j(e){let t=e.first("charge_level","predicted_charge_level"),n=V(e);return l`<div class=${s(e)?"charging":""}>
    ${F(e,{symbol:s(e)?"bolt":e.flag("plugged")?"plug":"battery",name:e.text("electric"),level:typeof t?.value=="number"?t.value:void 0,facts:[t,e.fact("range_electric")],mark:e.number("charge_target"),ahead:typeof n?.value=="number"?n.value:void 0})}
  </div>`}function I(e,t){return F(e,{symbol:"fuel",name:e.text("fuel"),level:e.number("fuel_percent"),facts:[e.fact("fuel_percent"),e.fact("fuel_level"),t]})}function D(e){let t=e.flag("plugged")||s(e),n=t?[]:[e.tile(e.fact("electric_share"),"route"),e.tile(e.fact("fuel_consumption"),"fuel")],r=e.first("range_total");return l`<div class="bars">
    ${_(e,r)} ${j(e)} ${I(e,e.fact("range_fuel"))}
    ${t?q(e):a}
    ${n.every(i=>i===a)?a:l`<div class="tiles">${n}</div>`}
  </div>`}function C(e){let t=e.first("next_service_date");return typeof t?.value=="string"?e.tile(t,"wrench",e.format.dueMonth(t.value)):e.tile(e.first("next_service_distance"),"wrench")}function L(e){let t=[e.tile(e.fact("fuel_consumption"),"fuel"),e.tile(e.fact("distance_this_month"),"calendar"),C(e),e.tile(e.fact("battery_12v"),"battery")].filter(n=>n!==a).slice(0,T);return l`<div class="bars">
    ${_(e,e.first("range_fuel","range_total"))} ${I(e,void 0)}
    ${t.length?l`<div class="tiles">${t}</div>`:a}
  </div>`}function O(e){return!!e.first("charge_level","predicted_charge_level","fuel_level","fuel_percent","range_total","range_electric","range_fuel")}function G(e){if(!O(e))return l`<p class="empty">${f("info")}${e.text("no_energy")}</p>`;let{drive:t}=e.car,n=e.first("fuel_level","fuel_percent","range_fuel"),r=e.first("charge_level","range_electric");if(t==="plug_in_hybrid"||t==="unknown"&&n&&r)return l`<div class="energy">${D(e)}</div>`;let i=t==="combustion"||t==="unknown"&&!r?L(e):z(e);return l`<div class="energy">${i}</div>`}export{E as a,s as b,C as c,G as d};
