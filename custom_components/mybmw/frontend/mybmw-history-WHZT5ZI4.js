import{b as f}from"./mybmw-chunk-EWCCF2Q4.js";import{b as v,c as $}from"./mybmw-chunk-PS2OOBVX.js";import{a as g,b as o,c as w,d,f as x}from"./mybmw-chunk-JOT6AZ72.js";var _=g`
  .chart {
    direction: ltr;
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: 2px 8px;
    margin-top: 8px;
    color: var(--quiet);
    font-size: 11px;
    font-variant-numeric: tabular-nums;
  }
  .chart svg {
    display: block;
    width: 100%;
    height: 88px;
    overflow: visible;
  }
  .chart .line {
    fill: none;
    stroke: var(--curve, var(--good));
    stroke-width: 2;
    stroke-linejoin: round;
    vector-effect: non-scaling-stroke;
  }
  .chart .area {
    fill: color-mix(in srgb, var(--curve, var(--good)) 18%, transparent);
  }
  .chart .grid {
    stroke: var(--line);
    vector-effect: non-scaling-stroke;
  }
  .chart .high {
    display: flex;
    flex-direction: column;
    justify-content: space-between;
    text-align: end;
  }
  .chart .times {
    grid-column: 2;
    display: flex;
    justify-content: space-between;
  }
`;function y({points:p,label:h,low:t,high:e,times:i,range:s}){let[a,r]=[p[0]?.[0]??0,p[p.length-1]?.[0]??1],u=l=>300*(l-a)/(r-a||1),c=l=>86-84*(l-s[0])/(s[1]-s[0]||1),n=p.map(([l,m])=>`${u(l).toFixed(1)} ${c(m).toFixed(1)}`).join("L");return o`<div class="chart" role="img" aria-label=${h}>
    <div class="high"><span>${e}</span><span>${t}</span></div>
    <svg viewBox="0 0 300 88" preserveAspectRatio="none" aria-hidden="true">
      ${[2,44,86].map(l=>w`<line class="grid" x1="0" x2="300" y1=${l} y2=${l} />`)}
      <path class="area" d=${`M0 86L${n}L300 86Z`} />
      <path class="line" d=${`M${n}`} />
    </svg>
    <div class="times">${i.map(l=>o`<span>${l}</span>`)}</div>
  </div>`}var k=g`
  :host {
    display: block;
  }
  nav {
    display: flex;
    align-items: center;
    justify-content: space-between;
    margin-bottom: 8px;
  }
  nav b {
    font-weight: 500;
  }
  nav button {
    display: grid;
    place-content: center;
    width: 44px;
    height: 44px;
    border-radius: 50%;
  }
  nav button:disabled {
    opacity: 0.3;
  }
  nav .icon:dir(rtl) {
    transform: scaleX(-1);
  }
  .tiles {
    margin-bottom: 8px;
  }
  .tiles > .stat {
    flex: 1 1 auto;
    min-width: 60px;
    display: grid;
    align-content: center;
    padding: 8px 12px;
    border-radius: var(--radius);
    background: var(--surface);
    overflow-wrap: anywhere;
  }
  .stat b {
    font-weight: 500;
    font-variant-numeric: tabular-nums;
  }
  .stat .quiet {
    font-size: 12px;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
    max-height: 420px;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  ol > li {
    border-bottom: 1px solid var(--line);
  }
  ol > li:last-child {
    border-bottom: 0;
  }
  .row {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 12px;
    padding: 10px 4px;
    overflow-wrap: anywhere;
  }
  .row > .whole {
    grid-column: 1 / -1;
  }
  .row > :nth-child(even) {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
  .row b {
    font-weight: 500;
  }
  .row .way {
    display: flex;
    flex-wrap: wrap;
    gap: 0 6px;
  }
  summary {
    list-style: none;
    cursor: pointer;
    border-radius: 8px;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  summary:focus-visible {
    outline: 2px solid var(--accent-text);
  }
  details .chart,
  .running .chart {
    padding: 0 4px 12px;
  }
  .action {
    display: flex;
    align-items: center;
    gap: 8px;
    margin-top: 8px;
  }
  .running {
    margin-bottom: 8px;
    padding: 0 8px;
    border-radius: var(--radius);
    background: color-mix(in srgb, var(--good) 12%, transparent);
  }
  .wait {
    height: 160px;
    border-radius: var(--radius);
    background: var(--surface);
  }
`;var R=24,T=new WeakMap;function j({connection:p,language:h},t,e,i){let s=T.get(p)??new Map;T.set(p,s);let a=[h,t,e,i].join(),r=s.get(a);if(r)return r;let u={type:"mybmw/card/history",device_id:t,month:e,language:h},c=p.sendMessagePromise(u);c.catch(()=>s.delete(a)),s.set(a,c);let n=s.keys().next().value;return s.size>R&&n&&s.delete(n),c}function P(p,h){let[t,e]=p.split("-").map(Number);return new Date(Date.UTC(t??1970,(e??1)-1+h,15)).toISOString().slice(0,7)}function H(p,h=new Date){return new Intl.DateTimeFormat("en-CA",{year:"numeric",month:"2-digit",...p?{timeZone:p}:{}}).format(h).slice(0,7)}var q=class extends x{constructor(){super(...arguments);this.asked=""}static{this.properties={view:{attribute:!1},name:{},month:{state:!0},found:{state:!0},error:{state:!0}}}static{this.styles=[$,_,k]}willUpdate(){let{hass:t,format:e}=this.view;this.month??=H(e.timeZone);let i=["last_trip","last_charge"].map(u=>this.view.fact(u)?.at??""),s=this.name==="charges"&&f(this.view),a=[...i,s?this.view.number("charge_level"):""].join(),r=[this.view.car.device_id,this.month,a].join();this.asked!==r&&(this.asked=r,this.load(j(t,this.view.car.device_id,this.month,a),r))}load(t,e){this.error=void 0,t.then(i=>{this.asked===e&&(this.found=i)}).catch(i=>{this.asked===e&&(this.error=String(i?.code??"failed"))})}again(){this.asked="",this.requestUpdate()}turn(t){this.month=P(this.month,t)}render(){let{view:t,found:e}=this;return this.error==="no_journal"?o`<p class="empty">${v("info")}${t.text("no_journal")}</p>`:this.error?o`<p class="empty" role="alert">
        ${v("warning")}${t.text("history_failed")}
        <button class="action" @click=${this.again}>${t.text("try_again")}</button>
      </p>`:e?this.name==="battery"?this.battery(e):o`${this.months(e)} ${this.name==="trips"?this.trips(e):this.charges(e)}`:o`<div class="wait" role="status" aria-label=${t.text("loading")}></div>`}get mixed(){return this.view.car.drive==="plug_in_hybrid"}months(t){let{view:e}=this,i=this.month>=H(e.format.timeZone),s=t.first_month!==null&&this.month<=t.first_month;return o`<nav>
      <button
        class="link"
        aria-label=${e.text("previous_month")}
        ?disabled=${s}
        @click=${()=>this.turn(-1)}
      >
        ${v("left")}
      </button>
      <b aria-live="polite">${e.format.month(this.month)}</b>
      <button
        class="link"
        aria-label=${e.text("next_month")}
        ?disabled=${i}
        @click=${()=>this.turn(1)}
      >
        ${v("right")}
      </button>
    </nav>`}total(t,e,i,s,a=0){let r=t.totals[e];return r==null?d:this.stat(this.view.format.quantity(r,s,a),i)}stat(t,e){return o`<div class="stat">
      <b><bdi>${t}</bdi></b
      ><span class="quiet">${this.view.text(e)}</span>
    </div>`}trips(t){let{distance:e,consumption:i,fuel:s,fuel_consumption:a}=t.units;return t.month===this.month&&!t.trips.length?this.none("no_trips"):o`<div class="tiles">
        ${this.total(t,"distance","distance",e)} ${this.total(t,"trips","trips_count")}
        ${this.total(t,"consumption","consumption",i,1)}
        ${this.total(t,"fuel","fuel",s,1)}
        ${this.total(t,"fuel_consumption","consumption",a,1)}
        ${this.costs(t.totals.fuel_costs)}
        ${this.mixed?this.total(t,"electric_share","electric_share","%"):d}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_trips")}>
        ${t.trips.map(r=>o`<li>${this.trip(r,t)}</li>`)}
      </ol>
      ${this.printer()}`}costs(t={}){let{format:e}=this.view;return Object.entries(t).map(([i,s])=>this.stat(e.money(s,i),"cost"))}printer(){let t=window;return t.externalApp||t.externalAppV2||t.webkit?.messageHandlers?d:o`<button class="action link" @click=${()=>this.print().catch(()=>this.error="failed")}>
      ${v("print")}${this.view.text("print_month")}
    </button>`}async print(){let{car:t,hass:e}=this.view,i={type:"mybmw/card/history",device_id:t.device_id,month:this.month,whole:!0},[{print:s,report:a},r]=await Promise.all([import("./mybmw-report-YLGLD4GZ.js"),e.connection.sendMessagePromise({...i,language:e.language})]);s(a(this.view,r))}none(t){return o`<p class="empty">
      ${v("info")}${this.view.text(t,{month:this.view.format.month(this.month)})}
    </p>`}trip(t,e){let{format:i}=this.view,{distance:s,consumption:a,fuel_consumption:r}=e.units,u=[t.duration===null?void 0:i.duration(t.duration),t.consumption===null?void 0:i.quantity(t.consumption,a,1),typeof t.fuel_consumption=="number"?i.quantity(t.fuel_consumption,r,1):void 0,t.electric_share===null||!this.mixed?void 0:this.view.text("electric_of_trip",{value:i.quantity(t.electric_share,"%",0)}),t.category??void 0].filter(l=>l!==void 0),c=[t.from,t.to].filter(Boolean).join(" → "),n=i.date(t.start??t.end);return o`<div class="row">
      <b class="clamp"><bdi>${c||n}</bdi></b>
      <b><bdi>${t.distance===null?d:i.quantity(t.distance,s,1)}</bdi></b>
      <span class="quiet whole"><bdi>${[c?n:"",...u].filter(Boolean).join(" · ")}</bdi></span>
    </div>`}charges(t){let e=f(this.view)?t.running:null;return t.month===this.month&&!t.charges.length&&!e?this.none("no_charges"):o`${e?o`<div class="running">${this.charge(e,t,!0)} ${e.curve&&e.curve.length>1?this.curve(e,t):d}</div>`:d}
      <div class="tiles">
        ${this.total(t,"charged","energy",t.units.energy,1)}
        ${this.total(t,"charges","charges_count")} ${this.costs(t.totals.costs)}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_charges")}>
        ${t.charges.map(i=>o`<li>
              <details>
                <summary class="link">${this.charge(i,t)}</summary>
                ${this.curve(i,t)}
              </details>
            </li>`)}
      </ol>
      ${this.printer()}`}charge(t,e,i=!1){let{format:s}=this.view,a=t.soc_start!==null&&t.soc_end!==null,r=t.start&&t.end?(new Date(t.end).getTime()-new Date(t.start).getTime())/6e4:null,u=[a?`${s.number(t.soc_start??0,0)} → ${s.quantity(t.soc_end??0,"%",0)}`:void 0,r===null?void 0:s.duration(r),t.kind??void 0].filter(b=>b!==void 0),c=t.start??t.end,n=c?s.date(c):"",l=i?this.view.text("charging_now"):t.place??n,m=i?[t.place,t.start?n:""]:[t.place?n:""];return o`<div class="row">
      <b class="clamp"><bdi>${l}</bdi></b>
      <b
        ><bdi
          >${t.energy===null?d:s.quantity(t.energy,e.units.energy,1)}</bdi
        ></b
      >
      <span class=${t.cost===null?"quiet whole":"quiet"}
        ><bdi>${[...m,...u].filter(Boolean).join(" · ")}</bdi></span
      >
      ${t.cost===null?d:o`<span class="quiet"><bdi>${s.money(t.cost,t.currency)}</bdi></span>`}
    </div>`}curve(t,e){let{format:i}=this.view,s=(t.curve??[]).map(([n,l])=>[new Date(n).getTime(),l]).filter(([n,l])=>Number.isFinite(n)&&Number.isFinite(l)).sort((n,l)=>n[0]-l[0]),[a,r]=[s[0],s[s.length-1]];if(!a||!r||s.length<2)return o`<p class="empty">${this.view.text("no_curve")}</p>`;let u=Math.max(...s.map(([,n])=>n),1),c=n=>i.quantity(n,e.units.power,n<20?1:0);return y({points:s,label:this.view.text("power_curve",{value:c(u)}),low:i.number(0),high:c(u),times:[a,r].map(([n])=>i.time(new Date(n))),range:[0,u]})}battery(t){let{view:e}=this,i=t.battery.filter(m=>m[1]!==null),s=[e.tile(e.fact("battery_health"),"check"),e.tile(e.fact("battery_capacity"),"battery")],a=s.some(m=>m!==d),r=a?o`<div class="tiles">${s}</div>`:d;if(i.length<2)return a?o`${r}`:o`<p class="empty">${v("info")}${e.text("no_battery")}</p>`;let u=i.map(([,m])=>m),[c,n]=[Math.floor(Math.min(...u)-1),Math.ceil(Math.max(...u)+1)],l=m=>e.format.quantity(m,t.units.energy,0);return o`${r}
    ${y({points:i.map(([m,b])=>[new Date(`${m}-15`).getTime(),b]),label:e.text("battery_curve"),low:l(c),high:l(n),times:[i[0],i[i.length-1]].map(m=>e.format.month(m?.[0]??"","short")),range:[c,n]})}`}};export{q as MyBmwHistory,j as ask,H as currentMonth,P as shifted};
