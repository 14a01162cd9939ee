import{a as d}from"./mybmw-chunk-267EY5AF.js";import"./mybmw-chunk-2CJQVYGJ.js";import{b as p,c}from"./mybmw-chunk-PS2OOBVX.js";import{a as o,b as a,d as s,f as n}from"./mybmw-chunk-JOT6AZ72.js";var l=class extends n{static{this.properties={view:{attribute:!1},map:{state:!0},wide:{state:!0},failed:{state:!0}}}static{this.styles=[c,o`
      :host {
        display: block;
      }
      .map {
        height: clamp(200px, 56cqi, 320px);
        border-radius: var(--radius);
        overflow: hidden;
        background: var(--surface);
        isolation: isolate;
      }
      .map > * {
        display: block;
        height: 100%;
      }
      .tiles {
        margin-bottom: 8px;
      }
      .action {
        margin-top: 8px;
      }
      p {
        margin: 8px 4px 0;
      }
    `]}willUpdate(){let e=this.view.fact("position")?.entity_id;e&&e!==this.drawn&&(this.drawn=e,this.create(e).catch(()=>this.failed=!0)),this.show()}async create(e){let t=await window.loadCardHelpers?.();if(!t)throw new Error("no card helpers");let i=t.createCardElement({type:"map",entities:[{entity:e,label_mode:"icon"}],default_zoom:14});if(this.view.car.reach&&(await Promise.race([customElements.whenDefined("ha-map"),new Promise(r=>setTimeout(r,3e3))]),customElements.get("ha-map"))){this.map=Object.assign(document.createElement("ha-map"),{autoFit:!0,fitZones:!1});return}this.map=i}show(){let{map:e,view:t}=this;if(!e||(e.hass=t.hass,e.localName!=="ha-map"))return;let i=t.car.reach,r=new Date(t.fact("position")?.at??Date.now()),m=this.edge().map(h=>({point:h,timestamp:r}));e.entities=[{entity_id:this.drawn,label_mode:"icon",focus:!0}],e.paths=[{points:m,name:i?.text??"",color:"var(--primary-color)"}]}edge(){let e=this.view.car.reach?.points??[];return[...e,...e.slice(0,1)]}zoom(){this.wide=!this.wide,this.wide?this.map?.fitBounds?.(this.edge(),{pad:.1}):this.map?.fitMap?.({unpause_autofit:!0})}render(){let{view:e}=this,t=e.fact("position");if(!t||t.value===null)return d(e,"no_position","position");let i=e.car.reach?.text;return a`<div class="tiles">${e.tile(t,"pin",this.place(t))}</div>
      ${this.map?a`<div class="map">${this.map}</div>`:s}
      ${this.failed?a`<p class="quiet">${p("info")} ${e.text("no_map")}</p>`:s}
      ${i&&this.map?.fitBounds?a`<button class="action link" aria-pressed=${this.wide?"true":"false"} @click=${this.zoom}>
              <bdi>${e.text("reach",{value:i})}</bdi>
            </button>`:s}`}place(e){return e.text??String(e.value)}};export{l as MyBmwPlace};
