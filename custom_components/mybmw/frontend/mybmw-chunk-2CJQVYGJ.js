function n(t,e){customElements.get(t)||customElements.define(t,e)}export{n as a};
