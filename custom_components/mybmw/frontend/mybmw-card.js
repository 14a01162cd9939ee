import{a as k,b as f,c as _,d as C,e as c,f as v,g as M,h as T,i as E,j as B}from"./mybmw-chunk-5TBNWNFN.js";import{a as y}from"./mybmw-chunk-2CJQVYGJ.js";import{a as g,b as o,d,e as x,g as l,h as $,i as w}from"./mybmw-chunk-DH6XF27W.js";var b={en:{description:"Your car at a glance",unavailable:"MyBMW is not ready. It may be starting, or its account is not set up under Settings → Devices & services.",no_car:"There is no car that you may see. Choose another one in the editor, or ask your administrator.",whole:"Car"},de:{description:"Dein Auto auf einen Blick",unavailable:"MyBMW ist nicht bereit. Vielleicht startet es noch, oder sein Konto ist unter Einstellungen → Geräte & Dienste nicht eingerichtet.",no_car:"Es gibt kein Auto, das du sehen darfst. Wähle im Editor ein anderes oder frage deinen Administrator.",whole:"Auto"},da:{description:"Din bil med et blik",unavailable:"MyBMW er ikke klar. Måske starter den, eller kontoen er ikke sat op under Indstillinger → Enheder og tjenester.",no_car:"Der er ingen bil, du må se. Vælg en anden i editoren, eller spørg din administrator.",whole:"Bil"},es:{description:"Tu coche de un vistazo",unavailable:"MyBMW no está listo. Puede que esté iniciando o que su cuenta no esté configurada en Ajustes → Dispositivos y servicios.",no_car:"No hay ningún coche que puedas ver. Elige otro en el editor o pregunta a tu administrador.",whole:"Coche"},fr:{description:"Votre voiture en un coup d’œil",unavailable:"MyBMW n’est pas prêt. Il démarre peut-être, ou son compte n’est pas configuré dans Paramètres → Appareils et services.",no_car:"Il n’y a aucune voiture que vous puissiez voir. Choisissez-en une autre dans l’éditeur ou demandez à votre administrateur.",whole:"Voiture"},it:{description:"La tua auto a colpo d’occhio",unavailable:"MyBMW non è pronto. Forse si sta avviando, o il suo account non è configurato in Impostazioni → Dispositivi e servizi.",no_car:"Non c’è nessuna auto che puoi vedere. Scegline un’altra nell’editor o chiedi al tuo amministratore.",whole:"Auto"},nb:{description:"Bilen din på et blikk",unavailable:"MyBMW er ikke klar. Kanskje den starter, eller kontoen er ikke satt opp under Innstillinger → Enheter og tjenester.",no_car:"Det finnes ingen bil du kan se. Velg en annen i redigeringen, eller spør administratoren din.",whole:"Bil"},nl:{description:"Je auto in één oogopslag",unavailable:"MyBMW is niet gereed. Misschien start het nog, of het account is niet ingesteld onder Instellingen → Apparaten en diensten.",no_car:"Er is geen auto die je mag zien. Kies een andere in de editor of vraag het je beheerder.",whole:"Auto"},pl:{description:"Twój samochód w skrócie",unavailable:"MyBMW nie jest gotowe. Być może się uruchamia albo konto nie jest skonfigurowane w Ustawienia → Urządzenia i usługi.",no_car:"Nie ma samochodu, który możesz zobaczyć. Wybierz inny w edytorze lub zapytaj administratora.",whole:"Samochód"},sv:{description:"Din bil i en överblick",unavailable:"MyBMW är inte redo. Det kanske startar, eller så är kontot inte inställt under Inställningar → Enheter och tjänster.",no_car:"Det finns ingen bil som du får se. Välj en annan i redigeraren eller fråga din administratör.",whole:"Bil"}};function u(r=document.documentElement.lang){return b[r]??b[r.split("-")[0]??""]??b.en}var R=g`
  .head {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 4px 12px;
    align-items: start;
  }
  .name {
    font-size: 22px;
    line-height: 1.2;
    font-weight: 500;
    letter-spacing: -0.01em;
    overflow-wrap: anywhere;
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
  }
  .title {
    min-width: 0;
    border-radius: 8px;
    margin: -4px -6px;
    padding: 4px 6px;
  }
  .reported {
    color: var(--quiet);
    margin-top: 2px;
  }
  .reported .icon {
    width: 14px;
    height: 14px;
    vertical-align: -2px;
    margin-inline-end: 4px;
  }
  .lock {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 36px;
    padding: 0 12px 0 10px;
    border-radius: 999px;
    background: var(--surface);
    font-weight: 500;
    max-width: 46cqi;
    overflow-wrap: anywhere;
  }
  .lock.unlocked {
    color: var(--warn-text);
    background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, transparent);
  }
  .lock .icon {
    width: 18px;
    height: 18px;
  }
  .picture {
    grid-column: 1 / -1;
    display: block;
    width: 100%;
    border-radius: var(--radius);
  }
  .picture img {
    display: block;
    width: 100%;
    height: clamp(110px, 40cqi, 210px);
    object-fit: contain;
  }
  .cars {
    grid-column: 1 / -1;
    font: inherit;
    color: inherit;
    background: var(--surface);
    border: 0;
    border-radius: 8px;
    padding: 8px;
    max-width: 100%;
  }
  .cars option {
    color: var(--text);
    background: var(--card-background-color, #fff);
  }
`;function S(r,i){if(!(!i.startsWith("/")||i.startsWith("//")||i.startsWith("/\\")))return r.hassUrl?r.hassUrl(i):i}function A(r){let{reported_at:i,asleep:e}=r.car,t=i?r.text("reported",{ago:r.format.ago(i)}):r.text("never_reported");return r.flag("moving")?`${t} · ${r.text("moving")}`:e?`${t} · ${r.text("asleep")}`:t}function P(r){let i=r.fact("locked");if(!i||i.value===null)return d;let e=i.value===!0,t=i.text??r.text(e?"locked":"unlocked"),n=o`${l(e?"lock":"unlock")}<bdi class="clamp">${t}</bdi>`;return r.link(i,`lock ${e?"":"unlocked"}`,n,t)}function V(r){let{picture:i,name:e}=r.car,t=i&&S(r.hass,i.url);if(!i||!t)return d;let n=r.text("picture_of",{name:e});return o`<button
    class="picture"
    aria-haspopup="dialog"
    aria-label=${n}
    @click=${()=>r.open(i.entity_id)}
  >
    <img src=${t} alt="" decoding="async" @error=${W} />
  </button>`}function W(r){r.target.parentElement?.setAttribute("hidden","")}function q(r,i,e){return!e||r.cars.length<2?d:o`<select
    class="cars"
    aria-label=${i.text("choose_car")}
    @change=${t=>e(t.target.value)}
  >
    ${r.cars.map(t=>o`<option value=${t.device_id} ?selected=${t.device_id===r.device_id}>
          ${t.name}
        </option>`)}
  </select>`}function z(r,i){let{car:e}=r,t=o`<div class="name" role="heading" aria-level="2"><bdi>${e.name}</bdi></div>`,n=o`<div class="reported">
    ${e.asleep?l("moon"):d}<bdi>${A(r)}</bdi>
  </div>`;return o`<div class="head">
    ${r.hass.user?.is_admin?o`<div
            class="title link"
            role="link"
            tabindex="0"
            aria-label=${r.text("open_device",{name:e.name})}
            @click=${()=>f(e.device_id)}
            @keydown=${a=>a.key==="Enter"&&f(e.device_id)}
          >
            ${t}${n}
          </div>`:o`<div class="title">${t}${n}</div>`}
    ${P(r)} ${q(e,r,i)} ${V(r)}
  </div>`}var m=class{constructor(i,e,t){this.hass=i;this.car=e;this.node=t;this.format=new B(i,e.texts)}text(i,e){return this.format.text(i,e)}fact(i){return this.car.facts[i]??void 0}number(i){let e=this.fact(i)?.value;return typeof e=="number"&&Number.isFinite(e)?e:void 0}flag(i){let e=this.fact(i)?.value;return typeof e=="boolean"?e:void 0}first(...i){return i.map(e=>this.fact(e)).find(e=>e&&e.value!==null)}commands(){return Object.entries(this.car.commands).filter(i=>i[1]!==null)}open(i){i&&k(this.node,i)}label(i,e=this.format.fact(i)){let t=i.stale&&i.at?`, ${this.text("stale",{ago:this.format.ago(i.at)})}`:"";return`${i.name}: ${e===E?this.text("unknown"):e}${t}`}link(i,e,t,n){let a=this.label(i,n);return i.entity_id?o`<button
      class=${`${e} link`}
      aria-label=${a}
      aria-haspopup="dialog"
      @click=${()=>this.open(i.entity_id)}
    >
      ${t}
    </button>`:o`<div class=${e} role="group" aria-label=${a}>${t}</div>`}tile(i,e,t,n){if(!i||i.value===null&&i.text===null)return d;let a=t??this.format.fact(i),s=i.stale&&i.at?o`<span class="age">${this.format.ago(i.at)}</span>`:d;return this.link(i,`tile${i.stale?" stale":""}`,o`${l(e)}<span class="value"><bdi>${a}</bdi></span
        ><span class="label"><bdi>${n??i.name}</bdi> ${s}</span>`,a)}};var D=3e4,j=["not_allowed","no_data","loading"],h=class extends x{constructor(){super(...arguments);this.config={type:"custom:mybmw-card"};this.visible=!1;this.observer=new IntersectionObserver(e=>this.see(e.some(t=>t.isIntersecting)));this.choose=e=>{this.chosen=e,this.bind()}}static{this.styles=[$,R,_,C,g`
      :host {
        display: block;
        container-type: inline-size;
      }
      ha-card {
        display: block;
        height: 100%;
        box-sizing: border-box;
        overflow: auto;
        scrollbar-width: thin;
      }
      .card {
        display: grid;
        gap: 16px;
        padding: 16px;
      }
      .folds {
        display: grid;
        grid-template-columns: repeat(var(--columns), minmax(0, 1fr));
        gap: 4px;
        border-top: 1px solid var(--line);
        padding-top: 12px;
      }
      .fold {
        position: relative;
        display: grid;
        justify-items: center;
        align-content: start;
        gap: 4px;
        min-height: 52px;
        padding: 7px 2px 5px;
        border-radius: var(--radius);
        font-size: 12px;
        text-align: center;
        color: var(--quiet);
        overflow-wrap: anywhere;
      }
      .fold[aria-expanded="true"] {
        color: var(--accent-text);
        background: color-mix(in srgb, var(--accent) 14%, transparent);
      }
      .fold .dot {
        position: absolute;
        inset-block-start: 6px;
        inset-inline-start: calc(50% + 8px);
        width: 8px;
        height: 8px;
        border-radius: 50%;
        background: var(--warning-color, #ffa600);
        box-shadow: 0 0 0 2px var(--card-background-color, #fff);
      }
      .panel {
        animation: appear 0.18s ease-out;
        min-width: 0;
      }
      @keyframes appear {
        from {
          opacity: 0;
          transform: translateY(-4px);
        }
      }
      h3 {
        font-size: 16px;
        font-weight: 500;
        margin: 0 0 8px;
      }
      .notice {
        display: flex;
        gap: 12px;
        align-items: center;
        padding: 10px 12px;
        border-radius: var(--radius);
        background: var(--surface);
        overflow-wrap: anywhere;
      }
      .notice .icon {
        color: var(--quiet);
      }
      .notice p {
        margin: 0;
      }
      .bones {
        display: grid;
        gap: 14px;
      }
      .bones i {
        display: block;
        height: 24px;
        width: 55%;
        border-radius: 8px;
        background: var(--surface);
        animation: wait 1.4s ease-in-out infinite;
      }
      .bones i:nth-child(2) {
        height: 110px;
        width: 100%;
      }
      .bones i:nth-child(3) {
        width: 80%;
      }
      @keyframes wait {
        50% {
          opacity: 0.4;
        }
      }
      @container (min-width: 620px) {
        .card {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
          column-gap: 28px;
          padding: 20px;
        }
        .card > * {
          grid-column: 1 / -1;
        }
        .pictured > .part-head,
        .split:not(.pictured) > .part-energy {
          grid-column: 1;
        }
        .pictured > .part-head {
          grid-row: span 3;
        }
        .pictured > .part-energy,
        .split > .part-commands {
          grid-column: 2;
        }
        .folds {
          grid-auto-flow: column;
          grid-template-columns: none;
          grid-auto-columns: minmax(0, 1fr);
        }
        .picture img {
          height: clamp(150px, 24cqi, 260px);
        }
      }
    `]}static async getConfigForm(){return(await import("./mybmw-editor-JPDPQYOW.js")).configForm()}static getStubConfig(){return{}}setConfig(e){if(e.device_id!==void 0&&typeof e.device_id!="string")throw new Error("device_id is no text");for(let t of["parts","hide"])if(e[t]!==void 0&&!Array.isArray(e[t]))throw new Error(`${t} is no list`);this.config=e,this.chosen=void 0,this.bind(),this.requestUpdate()}getCardSize(){return v(this.config).includes("head")?9:5}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get hass(){return this.current}set hass(e){let t=this.current;this.current=e,e&&((t?.connection!==e.connection||t.language!==e.language)&&this.bind(),(t?.locale!==e.locale||t?.user!==e.user)&&this.requestUpdate())}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect(),this.see(!1)}see(e){this.visible!==e&&(this.visible=e,clearInterval(this.timer),e&&(this.timer=setInterval(()=>this.requestUpdate(),D)),this.bind())}bind(){let e=this.chosen??this.config.device_id,t=this.current&&T(this.current,e),n=this.leave!==void 0;t===this.store&&n===this.visible||(this.leave?.(),this.store=t,this.leave=this.visible&&t?t.listen(()=>this.requestUpdate()):void 0,this.requestUpdate())}render(){return o`<ha-card>${this.content()}</ha-card>`}content(){let{store:e,current:t}=this;if(e?.error)return o`<div class="card">${this.refused(e.error)}</div>`;if(!e?.data||!t)return o`<div class="card">${this.bones()}</div>`;let n=new m(t,e.data,this);if(j.includes(n.car.state.kind))return o`<div class="card">${this.section("head",n,!0)} ${this.notice(n)}</div>`;let a=v(this.config).filter(s=>c[s]?.applies(n));return o`<div class=${this.layout(a,n)}>${this.sections(a,n)}</div>`}layout(e,t){let n=(...s)=>s.every(p=>e.includes(p));return`card ${t.car.picture&&n("head","energy")?"pictured":""} ${n("energy","commands")?"split":""}`}sections(e,t){let n=e.includes("head");return this.groups(e,n).map(a=>Array.isArray(a)?this.folds(a,t):o`${this.section(a,t,!n)}`)}groups(e,t){let n=[];for(let a of e){let s=n[n.length-1];!t||!c[a]?.folds?n.push(a):Array.isArray(s)?s.push(a):n.push([a])}return n}section(e,t,n){let a=c[e];if(!a)return d;if(e==="head")return o`<div class="part-head">
        ${z(t,this.config.device_id?void 0:this.choose)} ${n?d:this.notice(t)}
      </div>`;a.folds&&a.load?.();let s=n&&a.folds?o`<h3>${t.text(`part_${e}`)}</h3>`:d;return o`<div class=${`part-${e}`}>${s}${a.render(t)}</div>`}folds(e,t){let n=e.find(s=>s===this.unfolded),a=n?c[n]:void 0;return o`<div
        class="folds"
        style=${w(e.length)}
        role="group"
        aria-label=${t.text("more",{name:t.car.name})}
      >
        ${e.map(s=>this.fold(s,c[s],t))}
      </div>
      ${n&&a?o`<div class="panel" id="panel" role="region" aria-label=${`${t.car.name}: ${t.text(`part_${n}`)}`}>${a.render(t)}</div>`:d}`}fold(e,t,n){let a=this.unfolded===e;return o`<button
      class="fold link"
      aria-expanded=${a?"true":"false"}
      aria-controls=${a?"panel":d}
      @click=${()=>this.unfold(a?void 0:e)}
      @pointerenter=${()=>{t.load?.()}}
    >
      ${l(t.icon)}<span class="clamp">${n.text(`part_${e}`)}</span>
      ${t.alerts?.(n)?o`<span class="dot"></span>`:d}
    </button>`}unfold(e){this.unfolded=e,e&&c[e]?.load?.(),this.requestUpdate()}notice(e){let{kind:t,text:n,action:a}=e.car.state;if(t==="ok")return d;let s=t==="loading"&&!n;return o`<div class="notice" role="status">
      ${l(t==="loading"?"clock":"info")}
      <div>
        <p class="clamp"><bdi>${s?e.text("loading"):n}</bdi></p>
        ${a?o`<p class="quiet clamp"><bdi>${a}</bdi></p>`:d}
      </div>
    </div>`}refused(e){let t=u(this.current?.locale.language);return o`<div class="notice" role="status">
      ${l("car")}
      <p>${e==="not_found"?t.no_car:t.unavailable}</p>
    </div>`}bones(){return o`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>`}};var H={device_tracker:"place",climate:"climate",event:"commands",calendar:"service"};function I(r,i){let e=r.entities[i],t=e?.device_id?r.devices[e.device_id]:void 0;if(e?.platform!=="mybmw"||!t||t.entry_type==="service")return null;let n={type:"custom:mybmw-card",device_id:e.device_id},a=[{label:u(r.locale.language).whole,config:n}],s=H[i.split(".")[0]??""],p=M()[`part_${s}`];return s&&p&&a.push({label:p,config:{...n,parts:[s]}}),a}y("mybmw-card",h);window.customCards=window.customCards??[];window.customCards.push({type:"mybmw-card",name:"MyBMW",get description(){return u().description},preview:!0,getEntitySuggestion:I});
