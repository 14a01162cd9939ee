import{a as b,b as a,c as y,d as h,e as f,g as v,h as w}from"./mybmw-chunk-HU6SQAMF.js";var x=b`
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
`;function g({points:m,label:p,low:t,high:e,times:i,range:s}){let[n,l]=[m[0]?.[0]??0,m[m.length-1]?.[0]??1],c=o=>300*(o-n)/(l-n||1),d=o=>86-84*(o-s[0])/(s[1]-s[0]||1),r=m.map(([o,u])=>`${c(o).toFixed(1)} ${d(u).toFixed(1)}`).join("L");return a`<div class="chart" role="img" aria-label=${p}>
    <div class="high"><span>${e}</span><span>${t}</span></div>
    <svg viewBox="0 0 300 88" preserveAspectRatio="none" aria-hidden="true">
      ${[2,44,86].map(o=>y`<line class="grid" x1="0" x2="300" y1=${o} y2=${o} />`)}
      <path class="area" d=${`M0 86L${r}L300 86Z`} />
      <path class="line" d=${`M${r}`} />
    </svg>
    <div class="times">${i.map(o=>a`<span>${o}</span>`)}</div>
  </div>`}var q=24,$=new WeakMap;function H({connection:m,language:p},t,e,i){let s=$.get(m)??new Map;$.set(m,s);let n=[p,t,e,i].join(),l=s.get(n);if(l)return l;let c={type:"mybmw/card/history",device_id:t,month:e,language:p},d=m.sendMessagePromise(c);d.catch(()=>s.delete(n)),s.set(n,d);let r=s.keys().next().value;return s.size>q&&r&&s.delete(r),d}function j(m,p){let[t,e]=m.split("-").map(Number);return new Date(Date.UTC(t??1970,(e??1)-1+p,15)).toISOString().slice(0,7)}function _(m,p=new Date){return new Intl.DateTimeFormat("en-CA",{year:"numeric",month:"2-digit",...m?{timeZone:m}:{}}).format(p).slice(0,7)}var k=class extends f{constructor(){super(...arguments);this.asked=""}static{this.properties={view:{attribute:!1},name:{},month:{state:!0},found:{state:!0},error:{state:!0}}}static{this.styles=[w,x,b`
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
      details .chart {
        padding: 0 4px 12px;
      }
      .wait {
        height: 160px;
        border-radius: var(--radius);
        background: var(--surface);
      }
    `]}willUpdate(){let{hass:t,format:e}=this.view;this.month??=_(e.timeZone);let i=["last_trip","last_charge"].map(n=>this.view.fact(n)?.at??"").join(),s=[this.view.car.device_id,this.month,i].join();this.asked!==s&&(this.asked=s,this.load(H(t,this.view.car.device_id,this.month,i),s))}load(t,e){this.error=void 0,t.then(i=>{this.asked===e&&(this.found=i)}).catch(i=>{this.asked===e&&(this.error=String(i?.code??"failed"))})}again(){this.asked="",this.requestUpdate()}turn(t){this.month=j(this.month,t)}render(){let{view:t,found:e}=this;return this.error==="no_journal"?a`<p class="empty">${v("info")}${t.text("no_journal")}</p>`:this.error?a`<p class="empty" role="alert">
        ${v("warning")}${t.text("history_failed")}
        <button class="action" @click=${this.again}>${t.text("try_again")}</button>
      </p>`:e?this.name==="battery"?this.battery(e):a`${this.months(e)} ${this.name==="trips"?this.trips(e):this.charges(e)}`:a`<div class="wait" role="status" aria-label=${t.text("loading")}></div>`}get mixed(){return this.view.car.drive==="plug_in_hybrid"}months(t){let{view:e}=this,i=this.month>=_(e.format.timeZone),s=t.first_month!==null&&this.month<=t.first_month;return a`<nav>
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
    </nav>`}total(t,e,i,s,n=0){let l=t.totals[e];return l==null?h:this.stat(this.view.format.quantity(l,s,n),i)}stat(t,e){return a`<div class="stat">
      <b><bdi>${t}</bdi></b
      ><span class="quiet">${this.view.text(e)}</span>
    </div>`}trips(t){let{distance:e,consumption:i}=t.units;return t.month===this.month&&!t.trips.length?this.none("no_trips"):a`<div class="tiles">
        ${this.total(t,"distance","distance",e)} ${this.total(t,"trips","trips_count")}
        ${this.total(t,"consumption","consumption",i,1)}
        ${this.mixed?this.total(t,"electric_share","electric_share","%"):h}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_trips")}>
        ${t.trips.map(s=>a`<li>${this.trip(s,t)}</li>`)}
      </ol>`}none(t){return a`<p class="empty">
      ${v("info")}${this.view.text(t,{month:this.view.format.month(this.month)})}
    </p>`}trip(t,e){let{format:i}=this.view,{distance:s,consumption:n}=e.units,l=[t.duration===null?void 0:i.duration(t.duration),t.consumption===null?void 0:i.quantity(t.consumption,n,1),t.electric_share===null||!this.mixed?void 0:i.quantity(t.electric_share,"%",0),t.category??void 0].filter(r=>r!==void 0),c=[t.from,t.to].filter(Boolean).join(" → "),d=i.date(t.start??t.end);return a`<div class="row">
      <b class="clamp"><bdi>${c||d}</bdi></b>
      <b><bdi>${t.distance===null?h:i.quantity(t.distance,s,1)}</bdi></b>
      <span class="quiet whole"><bdi>${[c?d:"",...l].filter(Boolean).join(" · ")}</bdi></span>
    </div>`}charges(t){let{format:e}=this.view;if(t.month===this.month&&!t.charges.length)return this.none("no_charges");let i=Object.entries(t.totals.costs??{});return a`<div class="tiles">
        ${this.total(t,"charged","energy",t.units.energy,1)}
        ${this.total(t,"charges","charges_count")}
        ${i.map(([s,n])=>this.stat(e.money(n,s),"cost"))}
      </div>
      <ol tabindex="0" aria-label=${this.view.text("part_charges")}>
        ${t.charges.map(s=>a`<li>
              <details>
                <summary class="link">${this.charge(s,t)}</summary>
                ${this.curve(s,t)}
              </details>
            </li>`)}
      </ol>`}charge(t,e){let{format:i}=this.view,s=t.soc_start!==null&&t.soc_end!==null,n=t.start&&t.end?(new Date(t.end).getTime()-new Date(t.start).getTime())/6e4:null,l=[s?`${i.number(t.soc_start??0,0)} → ${i.quantity(t.soc_end??0,"%",0)}`:void 0,n===null?void 0:i.duration(n),t.kind??void 0].filter(d=>d!==void 0),c=t.start??t.end;return a`<div class="row">
      <b class="clamp"><bdi>${t.place??(c?i.date(c):h)}</bdi></b>
      <b
        ><bdi
          >${t.energy===null?h:i.quantity(t.energy,e.units.energy,1)}</bdi
        ></b
      >
      <span class="quiet"
        ><bdi
          >${[t.place&&c?i.date(c):"",...l].filter(Boolean).join(" · ")}</bdi
        ></span
      >
      <span class="quiet"
        ><bdi>${t.cost===null?h:i.money(t.cost,t.currency)}</bdi></span
      >
    </div>`}curve(t,e){let{format:i}=this.view,s=(t.curve??[]).map(([r,o])=>[new Date(r).getTime(),o]).filter(([r,o])=>Number.isFinite(r)&&Number.isFinite(o)).sort((r,o)=>r[0]-o[0]),[n,l]=[s[0],s[s.length-1]];if(!n||!l||s.length<2)return a`<p class="empty">${this.view.text("no_curve")}</p>`;let c=Math.max(...s.map(([,r])=>r),1),d=r=>i.quantity(r,e.units.power,r<20?1:0);return g({points:s,label:this.view.text("power_curve",{value:d(c)}),low:i.number(0),high:d(c),times:[n,l].map(([r])=>i.time(new Date(r))),range:[0,c]})}battery(t){let{view:e}=this,i=t.battery.filter(u=>u[1]!==null),s=[e.tile(e.fact("battery_health"),"check"),e.tile(e.fact("battery_capacity"),"battery")],n=s.some(u=>u!==h),l=n?a`<div class="tiles">${s}</div>`:h;if(i.length<2)return n?a`${l}`:a`<p class="empty">${v("info")}${e.text("no_battery")}</p>`;let c=i.map(([,u])=>u),[d,r]=[Math.floor(Math.min(...c)-1),Math.ceil(Math.max(...c)+1)],o=u=>e.format.quantity(u,t.units.energy,0);return a`${l}
    ${g({points:i.map(([u,T])=>[new Date(`${u}-15`).getTime(),T]),label:e.text("battery_curve"),low:o(d),high:o(r),times:[i[0],i[i.length-1]].map(u=>e.format.month(u?.[0]??"","short")),range:[d,r]})}`}};export{k as MyBmwHistory,H as ask,_ as currentMonth,j as shifted};
