import{b as $}from"./mybmw-chunk-Z47LAPFF.js";import{a as b,b as l,c as y,d as h,e as w,g as v,h as x}from"./mybmw-chunk-53LDWAI7.js";var _=b`
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
`;function f({points:d,label:p,low:t,high:e,times:i,range:s}){let[n,a]=[d[0]?.[0]??0,d[d.length-1]?.[0]??1],u=o=>300*(o-n)/(a-n||1),c=o=>86-84*(o-s[0])/(s[1]-s[0]||1),r=d.map(([o,m])=>`${u(o).toFixed(1)} ${c(m).toFixed(1)}`).join("L");return l`<div class="chart" role="img" aria-label=${p}>
    <div class="high"><span>${e}</span><span>${t}</span></div>
    <svg viewBox="0 0 300 88" preserveAspectRatio="none" aria-hidden="true">
      ${[2,44,86].map(o=>y`<line class="grid" x1="0" x2="300" y1=${o} y2=${o} />`)}
      <path class="area" d=${`M0 86L${r}L300 86Z`} />
      <path class="line" d=${`M${r}`} />
    </svg>
    <div class="times">${i.map(o=>l`<span>${o}</span>`)}</div>
  </div>`}var H=24,k=new WeakMap;function j({connection:d,language:p},t,e,i){let s=k.get(d)??new Map;k.set(d,s);let n=[p,t,e,i].join(),a=s.get(n);if(a)return a;let u={type:"mybmw/card/history",device_id:t,month:e,language:p},c=d.sendMessagePromise(u);c.catch(()=>s.delete(n)),s.set(n,c);let r=s.keys().next().value;return s.size>H&&r&&s.delete(r),c}function R(d,p){let[t,e]=d.split("-").map(Number);return new Date(Date.UTC(t??1970,(e??1)-1+p,15)).toISOString().slice(0,7)}function T(d,p=new Date){return new Intl.DateTimeFormat("en-CA",{year:"numeric",month:"2-digit",...d?{timeZone:d}:{}}).format(p).slice(0,7)}var q=class extends w{constructor(){super(...arguments);this.asked=""}static{this.properties={view:{attribute:!1},name:{},month:{state:!0},found:{state:!0},error:{state:!0}}}static{this.styles=[x,_,b`
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
    `]}willUpdate(){let{hass:t,format:e}=this.view;this.month??=T(e.timeZone);let i=["last_trip","last_charge"].map(u=>this.view.fact(u)?.at??""),s=this.name==="charges"&&$(this.view),n=[...i,s?this.view.number("charge_level"):""].join(),a=[this.view.car.device_id,this.month,n].join();this.asked!==a&&(this.asked=a,this.load(j(t,this.view.car.device_id,this.month,n),a))}load(t,e){this.error=void 0,t.then(i=>{this.asked===e&&(this.found=i)}).catch(i=>{this.asked===e&&(this.error=String(i?.code??"failed"))})}again(){this.asked="",this.requestUpdate()}turn(t){this.month=R(this.month,t)}render(){let{view:t,found:e}=this;return this.error==="no_journal"?l`<p class="empty">${v("info")}${t.text("no_journal")}</p>`:this.error?l`<p class="empty" role="alert">
        ${v("warning")}${t.text("history_failed")}
        <button class="action" @click=${this.again}>${t.text("try_again")}</button>
      </p>`:e?this.name==="battery"?this.battery(e):l`${this.months(e)} ${this.name==="trips"?this.trips(e):this.charges(e)}`:l`<div class="wait" role="status" aria-label=${t.text("loading")}></div>`}get mixed(){return this.view.car.drive==="plug_in_hybrid"}months(t){let{view:e}=this,i=this.month>=T(e.format.timeZone),s=t.first_month!==null&&this.month<=t.first_month;return l`<nav>
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
    </nav>`}total(t,e,i,s,n=0){let a=t.totals[e];return a==null?h:this.stat(this.view.format.quantity(a,s,n),i)}stat(t,e){return l`<div class="stat">
      <b><bdi>${t}</bdi></b
      ><span class="quiet">${this.view.text(e)}</span>
    </div>`}trips(t){let{distance:e,consumption:i,fuel:s,fuel_consumption:n}=t.units;return t.month===this.month&&!t.trips.length?this.none("no_trips"):l`<div class="tiles">
        ${this.total(t,"distance","distance",e)} ${this.total(t,"trips","trips_count")}
        ${this.total(t,"consumption","consumption",i,1)}
        ${this.total(t,"fuel","fuel",s,1)}
        ${this.total(t,"fuel_consumption","consumption",n,1)}
        ${this.mixed?this.total(t,"electric_share","electric_share","%"):h}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_trips")}>
        ${t.trips.map(a=>l`<li>${this.trip(a,t)}</li>`)}
      </ol>`}none(t){return l`<p class="empty">
      ${v("info")}${this.view.text(t,{month:this.view.format.month(this.month)})}
    </p>`}trip(t,e){let{format:i}=this.view,{distance:s,consumption:n,fuel_consumption:a}=e.units,u=[t.duration===null?void 0:i.duration(t.duration),t.consumption===null?void 0:i.quantity(t.consumption,n,1),typeof t.fuel_consumption=="number"?i.quantity(t.fuel_consumption,a,1):void 0,t.electric_share===null||!this.mixed?void 0:this.view.text("electric_of_trip",{value:i.quantity(t.electric_share,"%",0)}),t.category??void 0].filter(o=>o!==void 0),c=[t.from,t.to].filter(Boolean).join(" → "),r=i.date(t.start??t.end);return l`<div class="row">
      <b class="clamp"><bdi>${c||r}</bdi></b>
      <b><bdi>${t.distance===null?h:i.quantity(t.distance,s,1)}</bdi></b>
      <span class="quiet whole"><bdi>${[c?r:"",...u].filter(Boolean).join(" · ")}</bdi></span>
    </div>`}charges(t){let{format:e}=this.view,{running:i}=t;if(t.month===this.month&&!t.charges.length&&!i)return this.none("no_charges");let s=Object.entries(t.totals.costs??{});return l`${i?l`<div class="running">${this.charge(i,t,!0)} ${this.curve(i,t)}</div>`:h}
      <div class="tiles">
        ${this.total(t,"charged","energy",t.units.energy,1)}
        ${this.total(t,"charges","charges_count")}
        ${s.map(([n,a])=>this.stat(e.money(a,n),"cost"))}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_charges")}>
        ${t.charges.map(n=>l`<li>
              <details>
                <summary class="link">${this.charge(n,t)}</summary>
                ${this.curve(n,t)}
              </details>
            </li>`)}
      </ol>`}charge(t,e,i=!1){let{format:s}=this.view,n=t.soc_start!==null&&t.soc_end!==null,a=t.start&&t.end?(new Date(t.end).getTime()-new Date(t.start).getTime())/6e4:null,u=[n?`${s.number(t.soc_start??0,0)} → ${s.quantity(t.soc_end??0,"%",0)}`:void 0,a===null?void 0:s.duration(a),t.kind??void 0].filter(g=>g!==void 0),c=t.start??t.end,r=c?s.date(c):"",o=i?this.view.text("charging_now"):t.place??r,m=i?[t.place,t.start?r:""]:[t.place?r:""];return l`<div class="row">
      <b class="clamp"><bdi>${o}</bdi></b>
      <b
        ><bdi
          >${t.energy===null?h:s.quantity(t.energy,e.units.energy,1)}</bdi
        ></b
      >
      <span class="quiet"><bdi>${[...m,...u].filter(Boolean).join(" · ")}</bdi></span>
      <span class="quiet"
        ><bdi>${t.cost===null?h:s.money(t.cost,t.currency)}</bdi></span
      >
    </div>`}curve(t,e){let{format:i}=this.view,s=(t.curve??[]).map(([r,o])=>[new Date(r).getTime(),o]).filter(([r,o])=>Number.isFinite(r)&&Number.isFinite(o)).sort((r,o)=>r[0]-o[0]),[n,a]=[s[0],s[s.length-1]];if(!n||!a||s.length<2)return l`<p class="empty">${this.view.text("no_curve")}</p>`;let u=Math.max(...s.map(([,r])=>r),1),c=r=>i.quantity(r,e.units.power,r<20?1:0);return f({points:s,label:this.view.text("power_curve",{value:c(u)}),low:i.number(0),high:c(u),times:[n,a].map(([r])=>i.time(new Date(r))),range:[0,u]})}battery(t){let{view:e}=this,i=t.battery.filter(m=>m[1]!==null),s=[e.tile(e.fact("battery_health"),"check"),e.tile(e.fact("battery_capacity"),"battery")],n=s.some(m=>m!==h),a=n?l`<div class="tiles">${s}</div>`:h;if(i.length<2)return n?l`${a}`:l`<p class="empty">${v("info")}${e.text("no_battery")}</p>`;let u=i.map(([,m])=>m),[c,r]=[Math.floor(Math.min(...u)-1),Math.ceil(Math.max(...u)+1)],o=m=>e.format.quantity(m,t.units.energy,0);return l`${a}
    ${f({points:i.map(([m,g])=>[new Date(`${m}-15`).getTime(),g]),label:e.text("battery_curve"),low:o(c),high:o(r),times:[i[0],i[i.length-1]].map(m=>e.format.month(m?.[0]??"","short")),range:[c,r]})}`}};export{q as MyBmwHistory,j as ask,T as currentMonth,R as shifted};
