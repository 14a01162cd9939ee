import{a as h}from"./mybmw-chunk-267EY5AF.js";import{c as w}from"./mybmw-chunk-EWCCF2Q4.js";import"./mybmw-chunk-2CJQVYGJ.js";import{a as x,b as f,c as v}from"./mybmw-chunk-PS2OOBVX.js";import{a as g,b as l,c,d as p,f as b}from"./mybmw-chunk-JOT6AZ72.js";var k=g`
  .drawing {
    display: block;
    width: 100%;
    height: auto;
    overflow: visible;
  }
  .drawing * {
    vector-effect: non-scaling-stroke;
  }
  .body {
    fill: color-mix(in srgb, var(--text) 9%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 55%, transparent);
    stroke-width: 1.5;
  }
  .seam {
    fill: none;
    stroke: color-mix(in srgb, var(--text) 24%, transparent);
    stroke-width: 1;
  }
  .glass {
    fill: color-mix(in srgb, var(--text) 34%, var(--card-background-color, #fff));
  }
  .roof {
    fill: color-mix(in srgb, var(--text) 5%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 24%, transparent);
  }
  .soft {
    fill: color-mix(in srgb, var(--text) 60%, var(--card-background-color, #fff));
  }
  .seat {
    fill: color-mix(in srgb, var(--text) 26%, var(--card-background-color, #fff));
    stroke: color-mix(in srgb, var(--text) 40%, transparent);
  }
  .wheel {
    fill: color-mix(in srgb, var(--text) 70%, var(--card-background-color, #fff));
  }
  .wheel.low,
  .door {
    fill: var(--warning-color, #ffa600);
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 60%, var(--text));
  }
  .ajar {
    fill: color-mix(in srgb, var(--warning-color, #ffa600) 55%, transparent);
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 60%, var(--text));
    stroke-width: 1.5;
  }
  .pane.ajar {
    stroke-dasharray: 4 3;
  }
  .lamp {
    fill: color-mix(in srgb, var(--text) 20%, transparent);
  }
  .tail {
    fill: color-mix(in srgb, #c62828 60%, transparent);
  }
  .lamp.lit {
    fill: #ffd54f;
  }
  .beam {
    fill: url(#beam);
  }
  .symbol {
    fill: none;
    stroke: var(--text);
    stroke-width: 1.75;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .symbol.open {
    stroke: color-mix(in srgb, var(--warning-color, #ffa600) 42%, var(--text));
  }
`,y={saloon:{front:22,rear:398,half:78,screen:[142,182],window:[280,322],corner:.62},estate:{front:22,rear:398,half:78,screen:[142,182],window:[346,378],corner:.7},suv:{front:26,rear:396,half:84,screen:[132,168],window:[344,374],corner:.78},convertible:{front:26,rear:394,half:78,screen:[152,186],window:[268,308],corner:.56},small:{front:52,rear:376,half:78,screen:[142,174],window:[318,348],corner:.76}},s=110,d=["front_left","front_right","rear_left","rear_right"];function P({front:o,rear:e,half:t,corner:n}){let r=$=>s+t*$,a=`C${r(n)} ${o} ${r(.95)} ${o+10} ${r(.97)} ${o+64}
    C${r(1)} ${o+120} ${r(1)} ${e-120} ${r(.97)} ${e-52} C${r(.95)} ${e-8} ${r(n)} ${e} ${s} ${e}`,i=`C${r(-n)} ${e} ${r(-.95)} ${e-8} ${r(-.97)} ${e-52}
    C${r(-1)} ${e-120} ${r(-1)} ${o+120} ${r(-.97)} ${o+64} C${r(-.95)} ${o+10} ${r(-n)} ${o} ${s} ${o}`;return`M${s} ${o}${a}${i}Z`}function _(o,e,t,n,r){return`M${s-e} ${o+r}Q${s} ${o-r} ${s+e} ${o+r}
    L${s+n} ${t+r}Q${s} ${t-r} ${s-n} ${t+r}Z`}function j({front:o,half:e,screen:t},n){let r=_(o+16,e*.62,t[0]-10,e*.8,6);return c`<path class=${n?"ajar":"seam"} d=${r} />`}function M({rear:o,half:e,window:t},n){let[r,a]=[t[1]+4,o-8],i=`M${s-e*.76} ${r}Q${s} ${r+12} ${s+e*.76} ${r}
    L${s+e*.66} ${a-4}Q${s} ${a+4} ${s-e*.66} ${a-4}Z`;return c`<path class=${n?"ajar":"seam"} d=${i} />`}function Q({half:o,screen:e,window:t},n){let r=`M${s-o*.66} ${t[0]}Q${s} ${t[0]+8} ${s+o*.66} ${t[0]}
    L${s+o*.74} ${t[1]-4}Q${s} ${t[1]+8} ${s-o*.74} ${t[1]-4}Z`;return c`<path class="glass" d=${_(e[0],o*.84,e[1],o*.68,8)} />
    ${n?p:c`<path class="glass" d=${r} />`}`}function W({half:o,screen:e,window:t}){let n=(a,i)=>c`<rect class="seat" x=${s+a} y=${i} width=${o*.5} height="34" rx="9" />`,r=[e[1]+18,t[0]-10];return c`${r.map(a=>[n(-o*.58,a),n(o*.08,a)])}`}function E(o,e,t){let{half:n,screen:r,window:a}=o;if(t.topOpen)return W(o);let i=`M${s-n*.66} ${r[1]+9}Q${s} ${r[1]-7} ${s+n*.66} ${r[1]+9}
    L${s+n*.64} ${a[0]-3}Q${s} ${a[0]+5} ${s-n*.64} ${a[0]-3}Z`;return c`<path class=${e==="convertible"?"soft":"roof"} d=${i} />${Z(o,t.sunroof)}`}function Z({half:o,screen:e},t){return t===void 0?p:c`<rect class=${t?"ajar":"glass"} x=${s-o*.44} y=${e[1]+16} width=${o*.88}
    height="36" rx="7" />`}function q({screen:o,window:e},t,n){let[r,a]=[o[0]+14,Math.min(e[0]+14,310)],i=n?r+(a-r)*.53:a-20;return t.startsWith("front")?[r,i-r]:[i,a-i]}function F(o,e,t,n){let[r,a]=q(o,e,t),i=e.endsWith("left")?-1:1,$=s+i*o.half*.99,[u,m]=[s+i*o.half*.88,s+i*o.half*.73],O=`M${u} ${r+8}L${u} ${r+a-5}L${m} ${r+a-8}L${m} ${r+16}Z`,L=c`<rect class="door" x=${i<0?$-7:$} y=${r} width="7" height=${a} rx="3.5"
    transform=${`rotate(${i*-52} ${$} ${r})`} />`;return c`<path class=${n.windows[e]?"pane ajar":"glass"} d=${O} />
    <line class="seam" x1=${$} x2=${m} y1=${r+a} y2=${r+a-2} />
    ${n.doors[e]?L:p}`}function N({front:o,rear:e,half:t},n,r){let a=n.endsWith("left")?s-t-5:s+t-9,i=n.startsWith("front")?o+46:e-104;return c`<rect class=${`wheel ${r?"low":""}`} x=${a} y=${i} width="14" height="54" rx="5" />`}function V({front:o,half:e},t){let n=r=>{let a=s+r*e*.66,i=`M${a-8} ${o+8}L${a-22} ${o-34}L${a+22} ${o-34}L${a+8} ${o+8}Z`;return c`${t?c`<path class="beam" d=${i} />`:p}
      <ellipse class=${`lamp ${t?"lit":""}`} cx=${a} cy=${o+16} rx="13" ry="6"
        transform=${`rotate(${r*28} ${a} ${o+16})`} />`};return c`${n(-1)}${n(1)}`}function I({rear:o,half:e}){let t=n=>{let r=s+n*e*.7;return c`<ellipse class="tail" cx=${r} cy=${o-11} rx="14" ry="4.5" transform=${`rotate(${n*-22} ${r} ${o-11})`} />`};return c`${t(-1)}${t(1)}`}function B({half:o,screen:e}){let t=n=>c`<ellipse class="body" cx=${s+n*(o+7)} cy=${e[0]+14} rx="10" ry="5"
      transform=${`rotate(${n*16} ${s+n*(o+7)} ${e[0]+14})`} />`;return c`${t(-1)}${t(1)}`}function D({screen:o,window:e},{locked:t,sunroof:n}){if(t===void 0)return p;let r=(o[1]+(n===void 0?4:56)+e[0])/2-6;return c`<g class=${`symbol ${t?"":"open"}`} transform=${`translate(${s-16} ${r-12}) scale(1.35)`}>
    ${x(t?"lock":"unlock")}</g>`}function R(o,e){let t=y[o]??y.saloon,n=e.doors.rear_left!==void 0||e.doors.rear_right!==void 0;return c`
    <linearGradient id="beam" x1="0" y1="1" x2="0" y2="0">
      <stop offset="0" stop-color="#ffd54f" stop-opacity="0.75" /><stop offset="1" stop-color="#ffd54f" stop-opacity="0" />
    </linearGradient>
    ${d.map(r=>N(t,r,e.lowTyres[r]??!1))}
    ${B(t)}
    <path class="body" d=${P(t)} />
    ${j(t,e.hood)} ${M(t,e.trunk)} ${Q(t,e.topOpen)} ${E(t,o,e)}
    ${d.filter(r=>n||r.startsWith("front")).map(r=>F(t,r,n,e))}
    ${V(t,e.lights)} ${I(t)} ${e.topOpen?p:D(t,e)}`}var G=["hood","trunk","sunroof","convertible_top"],A=.92;function S(o,e){let t={};for(let n of d){let r=o.flag(`${e}_${n}`);r!==void 0&&(t[n]=r)}return t}function C(o,e){let t=o.fact(`tyre_${e}`)?.state;if(t)return t==="low";let[n,r]=[o.number(`tyre_${e}`),o.number(`tyre_target_${e}`)];return n!==void 0&&r!==void 0&&n<r*A}function z(o){return{doors:S(o,"door"),windows:S(o,"window"),lowTyres:Object.fromEntries(d.map(e=>[e,C(o,e)])),hood:o.flag("hood")??!1,trunk:o.flag("trunk")??!1,sunroof:o.flag("sunroof"),topOpen:o.car.body==="convertible"&&(o.flag("convertible_top")??!1),lights:o.flag("lights")??!1,locked:o.flag("locked")}}function J(o){let t=[...d.map(n=>`door_${n}`),...d.map(n=>`window_${n}`),...G].map(n=>o.fact(n)).filter(n=>typeof n?.value=="boolean");return t.length?t:["doors_open","windows_open"].map(n=>o.fact(n)).filter(n=>n!==void 0)}var T=class extends b{static{this.properties={view:{attribute:!1},name:{}}}static{this.styles=[v,k,g`
      :host {
        display: block;
      }
      .above {
        display: grid;
        grid-template-columns: minmax(76px, 1fr) minmax(90px, 168px) minmax(76px, 1fr);
        column-gap: 6px;
        direction: ltr;
      }
      .above svg.drawing {
        grid-column: 2;
        grid-row: 1 / span 2;
      }
      .pressure {
        align-self: start;
        justify-self: end;
        margin-top: 46px;
        border-radius: 10px;
        padding: 4px 6px;
        text-align: end;
        min-height: 40px;
        overflow-wrap: anywhere;
      }
      .pressure.right {
        grid-column: 3;
        justify-self: start;
        text-align: start;
      }
      .pressure.rear {
        grid-row: 2;
        align-self: end;
        margin: 0 0 46px;
      }
      .pressure b {
        font-weight: 500;
        font-variant-numeric: tabular-nums;
      }
      .pressure small {
        color: var(--quiet);
      }
      .pressure.low b,
      .open {
        color: var(--warn-text);
      }
      .list {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        margin-top: 12px;
      }
      .pill {
        display: flex;
        align-items: center;
        gap: 6px;
        min-height: 36px;
        padding: 0 12px;
        border-radius: 999px;
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      .pill.open {
        background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
        font-weight: 500;
      }
      .pill .icon {
        width: 18px;
        height: 18px;
      }
      .pill .icon.good {
        color: var(--good);
      }
      ul {
        list-style: none;
        margin: 0 0 12px;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: 2px 12px;
        align-items: center;
        padding: 10px 4px;
        border-bottom: 1px solid var(--line);
        hyphens: auto;
        overflow-wrap: anywhere;
      }
      li:last-child {
        border-bottom: 0;
      }
      li .icon {
        color: var(--quiet);
      }
      li .end {
        text-align: end;
      }
      li .off {
        color: var(--quiet);
      }
    `]}render(){return this.name==="car"?this.car():this.name==="climate"?this.climate():this.service()}car(){let{view:e}=this,t=J(e),n=d.some(r=>e.fact(`tyre_${r}`));return!t.length&&!n?h(e,"no_closures","locked"):l`<div class="above">
        ${d.map(r=>this.pressure(r))}
        <svg
          class="drawing"
          viewBox="0 0 220 420"
          role="img"
          aria-label=${e.text("drawing",{name:e.car.name})}
        >
          ${R(e.car.body,z(e))}
        </svg>
      </div>
      <div class="list">
        ${this.open(t)} ${this.pill("lights","lights")} ${this.pill("alarm","shield")}
      </div>`}pressure(e){let t=this.view.fact(`tyre_${e}`),n=this.view.fact(`tyre_target_${e}`);if(!t||t.value===null)return p;let r=C(this.view,e),a=[this.view.format.fact(t)];n&&n.value!==null&&a.push(this.view.text("tyre_target",{value:this.view.format.fact(n)})),r&&a.push(this.view.text("tyre_low"));let i=`pressure ${r?"low":""} ${e.endsWith("right")?"right":""} ${e.startsWith("rear")?"rear":""}`,$=a.slice(1).map(u=>l`<small class="clamp"><bdi>${u}</bdi></small>`);return this.view.link(t,i,l`<b class="clamp"><bdi>${a[0]}</bdi></b
        >${$}`,t.name)}open(e){let t=e.filter(n=>n.value===!0);return e.length?t.length?l`${t.map(n=>{let r=this.view.text("is_open",{name:n.name});return this.view.link(n,"pill open",l`${f("warning")}<bdi class="clamp">${r}</bdi>`)})}`:l`<div class="pill">${f("check")}<span>${this.view.text("all_closed")}</span></div>`:p}pill(e,t){let n=this.view.fact(e);if(!n||n.value===null)return p;let r=n.text??this.view.text(n.value===!0?"on":"off");return this.view.link(n,"pill",l`${f(t)}<bdi class="clamp">${n.name}: ${r}</bdi>`)}climate(){let{view:e}=this,t=e.fact("climate_active"),n=[1,2,3].map(a=>e.fact(`departure_${a}`)).filter(a=>a!==void 0);if(!t&&!n.length)return h(e,"no_climate","climate_active");let r=t&&t.value!==null?t.text??e.text(t.value===!0?"on":"off"):"";return l`${t?l`<div class="tiles">${e.tile(t,"fan",r)}</div>`:p}
    ${n.length?l`<ul>
            ${n.map(a=>this.row(a))}
          </ul>`:p}`}row(e){return l`<li class=${e.on===!1?"off":""}>
      ${f("clock")}<span class="clamp"><bdi>${e.text??e.name}</bdi></span>
      <span class="end">${this.departure(e)}</span>
    </li>`}departure(e){return e.on===!1?this.view.text("departure_off"):this.view.format.fact({...e,text:null})}service(){let{view:e}=this,{check_control:t}=e.car,n=e.car.services.filter(u=>u.due_text||u.due||u.distance!==null),a=[["mileage","road"],["battery_12v","battery"]].map(([u,m])=>e.tile(e.fact(u),m)),i=[n.length?p:w(e),...a].filter(u=>u!==p);if(!n.length&&!t.length&&!i.length)return h(e,"no_services","next_service_date");let $=[...t.map(u=>l`<li class="open">
            ${f("warning")}<span class="clamp"><bdi>${u.text}</bdi></span>
          </li>`),...n.map(u=>this.due(u))];return l`${$.length?l`<ul>
            ${$}
          </ul>`:p}
    ${i.length?l`<div class="tiles">${i}</div>`:p}`}due(e){let{format:t}=this.view,n=e.distance===null?void 0:t.quantity(e.distance,e.unit,0),r=!e.due_text||e.status==="ok";return l`<li>
      ${f(r?"wrench":"warning")}
      <span class=${r?"clamp":"clamp open"}
        ><bdi>${e.text}</bdi>${r?p:l` <bdi>· ${e.due_text}</bdi>`}</span
      >
      <span class="end">
        ${e.due?l`<div>${t.dueMonth(e.due)}</div>`:p}
        ${n===void 0?p:l`<div class="quiet">${this.view.text("due_in",{value:n})}</div>`}
        ${r&&!e.due&&n===void 0?l`<bdi class="quiet">${e.due_text}</bdi>`:p}
      </span>
    </li>`}};export{T as MyBmwDetails,J as closures,C as isLow,z as openings};
