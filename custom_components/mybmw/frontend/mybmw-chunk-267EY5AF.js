import{a as m}from"./mybmw-chunk-2CJQVYGJ.js";import{b as o,c}from"./mybmw-chunk-PS2OOBVX.js";import{b as i,d as r,f as n}from"./mybmw-chunk-JOT6AZ72.js";var a=class extends n{static{this.properties={view:{attribute:!1},text:{},fact:{},reason:{state:!0}}}static{this.styles=c}async ask(){let{car:t,hass:e}=this.view,d={type:"mybmw/card/why",device_id:t.device_id,fact:this.fact,language:e.language};try{this.reason=(await e.connection.sendMessagePromise(d)).text}catch{this.reason=this.view.text("unknown")}}render(){let t=i`<button
      class="action"
      aria-label=${this.view.text("why_named",{name:this.view.fact(this.fact)?.name??this.text})}
      @click=${this.ask}
    >
      ${this.view.text("why")}
    </button>`;return i`<p class="empty" role="status">
      ${o("info")}<bdi class="clamp">${this.reason??this.text}</bdi>
      ${this.reason===void 0?t:r}
    </p>`}};m("mybmw-missing",a);function p(s,t,e){return i`<mybmw-missing .view=${s} .text=${s.text(t)} .fact=${e}></mybmw-missing>`}export{p as a};
