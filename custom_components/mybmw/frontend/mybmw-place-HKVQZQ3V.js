import{a as c}from"./mybmw-chunk-LBHRPF2F.js";import"./mybmw-chunk-2CJQVYGJ.js";import{a as n,b as a,d as s,e as o,g as p,h as l}from"./mybmw-chunk-DH6XF27W.js";var m=class extends o{static{this.properties={view:{attribute:!1},map:{state:!0},failed:{state:!0}}}static{this.styles=[l,n`
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
      .where {
        margin-bottom: 8px;
      }
      p {
        margin: 8px 4px 0;
      }
    `]}willUpdate(){let e=this.view.fact("position")?.entity_id;e&&e!==this.drawn&&(this.drawn=e,this.create(e).catch(()=>this.failed=!0)),this.show()}async create(e){let t=await window.loadCardHelpers?.();if(!t)throw new Error("no card helpers");let i=t.createCardElement({type:"map",entities:[{entity:e}],default_zoom:14});if(this.view.car.reach&&(await Promise.race([customElements.whenDefined("ha-map"),new Promise(r=>setTimeout(r,3e3))]),customElements.get("ha-map"))){this.map=Object.assign(document.createElement("ha-map"),{autoFit:!0,fitZones:!1});return}this.map=i}show(){let{map:e,view:t}=this;if(!e||(e.hass=t.hass,e.localName!=="ha-map"))return;let i=t.car.reach?.points??[],r=[...i,...i.slice(0,1)].map(d=>({point:d}));e.entities=[{entity_id:this.drawn,focus:!0}],e.paths=r.length?[{points:r,color:"var(--primary-color)",fullDatetime:!1}]:[]}render(){let{view:e}=this,t=e.fact("position");if(!t||t.value===null)return c(e,"no_position","position");let i=e.car.reach?.text;return a`<div class="where">${e.tile(t,"pin",this.place(t))}</div>
      ${this.map?a`<div class="map">${this.map}</div>`:s}
      ${this.failed?a`<p class="quiet">${p("info")} ${e.text("no_map")}</p>`:s}
      ${i&&this.map?a`<p class="quiet">${e.text("reach",{value:i})}</p>`:s}`}place(e){return e.text??String(e.value)}};export{m as MyBmwPlace};
