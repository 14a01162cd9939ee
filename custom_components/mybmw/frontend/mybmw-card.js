import{a as A,b as _,c as L,d as M,e as P,f as N,g as f,h as B}from"./mybmw-chunk-DXN3ILQA.js";import{a as j}from"./mybmw-chunk-EWCCF2Q4.js";import{a as p}from"./mybmw-chunk-2CJQVYGJ.js";import{b as l,c as h,d as U}from"./mybmw-chunk-PS2OOBVX.js";import{a as u,b as o,d,f as $}from"./mybmw-chunk-JOT6AZ72.js";var ee={comma_decimal:["en-US","en"],decimal_comma:["de","es","it"],space_comma:["fr","sv","cs"],quote_decimal:["de-CH"]},te=["cs","de","fi","fr","sk","sv"],W=/^\d{4}-\d\d-\d\d$/,ie=/^\d{4}-\d\d-\d\dT/,ne=/^([01]\d|2[0-3]):([0-5]\d)(:\d\d)?$/,re=[["day",86400],["hour",3600],["minute",60]],w="–",C=class{constructor(t,e,i=Date.now){this.hass=t;this.texts=e;this.now=i;this.language=t.locale.language||"en",this.timeZone=t.locale.time_zone==="server"?t.config?.time_zone:void 0}text(t,e={}){return(this.texts[t]??t).replace(/\{(\w+)\}/g,(i,r)=>String(e[r]??i))}number(t,e){let i=this.hass.locale.number_format,r=e==null?{maximumFractionDigits:1}:{minimumFractionDigits:e,maximumFractionDigits:e};if(i==="none")return new Intl.NumberFormat("en-US",{...r,useGrouping:!1}).format(t);let a=i==="system"?void 0:ee[i]??this.language;return new Intl.NumberFormat(a,r).format(t)}quantity(t,e,i){let r=this.number(t,i);return e?e==="%"&&!te.includes(this.language.split("-")[0]??"")?`${r}%`:`${r} ${e}`:r}money(t,e){return!e||!/^[A-Z]{3}$/.test(e)?this.number(t,2):new Intl.NumberFormat(this.language,{style:"currency",currency:e}).format(t)}fact(t){return t?t.text!==null?t.text:typeof t.value=="number"?this.quantity(t.value,t.unit,t.precision):typeof t.value=="string"?this.moment(t.value):w:w}moment(t){if(ne.test(t))return this.clock(t);if(W.test(t))return this.day(t);let e=ie.test(t)?new Date(t):void 0;if(!e||Number.isNaN(e.getTime()))return t;let i=Math.abs(e.getTime()-this.now())/36e5;return i<12||this.isToday(e)?this.time(e):this.dates(i<144?{weekday:"short",...this.clockStyle()}:{day:"numeric",month:"short"}).format(e)}time(t){return this.dates(this.clockStyle()).format(t)}day(t){let e={day:"numeric",month:"short",year:"numeric",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`${t}T12:00:00Z`))}date(t){let e=new Date(t);return Number.isNaN(e.getTime())?w:this.dates({day:"numeric",month:"short",...this.clockStyle()}).format(e)}dueMonth(t){return W.test(t)?this.month(t.slice(0,7)):this.moment(t)}month(t,e="long"){let i={month:e,year:e==="long"?"numeric":"2-digit",timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,i).format(new Date(`${t}-15T12:00:00Z`))}ago(t){let e=(this.now()-new Date(t).getTime())/1e3,[i,r]=re.find(([,s])=>e>=s)??[];if(!i||!r)return this.text("just_now");let a={numeric:"auto",style:"long"};return new Intl.RelativeTimeFormat(this.language,a).format(-Math.floor(e/r),i)}duration(t){let e=Math.round(t);return(e<60?this.text("minutes",{value:e}):this.text("hours",{hours:Math.floor(e/60),minutes:e%60})).replaceAll(" "," ")}clock(t){let e={...this.clockStyle(),timeZone:"UTC"};return new Intl.DateTimeFormat(this.language,e).format(new Date(`1970-01-01T${t.slice(0,5)}:00Z`))}clockStyle(){let t=this.hass.locale.time_format,e=t==="12"?"h12":t==="24"?"h23":void 0;return{hour:"numeric",minute:"2-digit",...e?{hourCycle:e}:{}}}dates(t){return new Intl.DateTimeFormat(this.language,{...t,...this.timeZone?{timeZone:this.timeZone}:{}})}isToday(t){let e={dateStyle:"short"};return this.dates(e).format(t)===this.dates(e).format(this.now())}};var ae=n=>n.replace(/(\d)-(?=\p{L})/gu,"$1‑"),m=class{constructor(t,e,i){this.hass=t;this.car=e;this.node=i;this.format=new C(t,e.texts)}text(t,e){return this.format.text(t,e)}fact(t){return this.car.facts[t]??void 0}number(t){let e=this.fact(t)?.value;return typeof e=="number"&&Number.isFinite(e)?e:void 0}flag(t){let e=this.fact(t)?.value;return typeof e=="boolean"?e:void 0}current(t){return this.fact(t)?.stale?void 0:this.flag(t)}first(...t){return t.map(e=>this.fact(e)).find(e=>e&&e.value!==null)}commands(){return Object.entries(this.car.commands).filter(t=>t[1]!==null)}open(t){t&&L(this.node,t)}label(t,e=this.format.fact(t)){let i=t.stale&&t.at?`, ${this.text("stale",{ago:this.format.ago(t.at)})}`:"";return`${t.name}: ${e===w?this.text("unknown"):e}${i}`}link(t,e,i,r){let a=o`${i}${r?o`<span class="spoken">${r}</span>`:d}`;return t.entity_id?o`<button
      class=${`${e} link`}
      aria-haspopup="dialog"
      @click=${()=>this.open(t.entity_id)}
    >
      ${a}
    </button>`:o`<div class=${e}>${a}</div>`}tile(t,e,i,r){if(!t||t.value===null&&t.text===null)return d;let a=i??this.format.fact(t),s=t.stale&&t.at?o`<span class="age">${this.format.ago(t.at)}</span>`:d;return this.link(t,`tile${t.stale?" stale":""}`,o`${l(e)}<span class="value"><bdi>${a}</bdi></span
        ><span class="label"><bdi>${ae(r??t.name)}</bdi> ${s}</span>`)}};var b=class extends ${get hass(){return this.current}set hass(t){let e=this.current;this.current=t,e?.connection!==t?.connection||e?.language!==t?.language?this.bind():e?.locale!==t?.locale&&this.requestUpdate()}connectedCallback(){super.connectedCallback(),this.bind()}disconnectedCallback(){super.disconnectedCallback(),this.bind()}bind(){let t=this.current&&this.isConnected?this.deviceId(this.current):null,e=this.current&&t!==null?_(this.current,t):void 0;e!==this.store&&(this.leave?.(),this.store=e,this.leave=e?.listen(()=>this.requestUpdate()),this.requestUpdate())}render(){let t=this.store?.data;return this.current&&t?this.content(new m(this.current,t,this)):d}};var T=class extends b{constructor(){super(...arguments);this.config={type:"custom:mybmw-badge"}}static{this.styles=[h,u`
      button {
        display: flex;
        align-items: center;
        gap: 8px;
        max-width: 100%;
        min-width: var(--ha-badge-size, 36px);
        height: var(--ha-badge-size, 36px);
        box-sizing: border-box;
        padding: 0 12px;
        border: var(--ha-card-border-width, 1px) solid var(--ha-card-border-color, var(--line));
        border-radius: var(--ha-badge-border-radius, calc(var(--ha-badge-size, 36px) / 2));
        background: var(--ha-card-background, var(--card-background-color, #fff));
        box-shadow: var(--ha-card-box-shadow, none);
      }
      .icon {
        width: 18px;
        height: 18px;
        color: var(--quiet);
      }
      .charging .icon {
        color: var(--good);
      }
      .warned .icon {
        color: var(--warn-text);
      }
      .info {
        display: grid;
        min-width: 0;
      }
      .info > * {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        max-width: 16em;
        font-weight: 500;
      }
      .name {
        color: var(--quiet);
        font-size: 10px;
        line-height: 11px;
      }
      .value {
        display: block;
        font-size: 12px;
        line-height: 16px;
      }
    `]}static async getConfigForm(){return(await import("./mybmw-editor-76KISLYS.js")).configForm(["device_id"])}static getStubConfig(){return{}}setConfig(e){if(e.device_id!==void 0&&typeof e.device_id!="string")throw new Error("device_id is no text");this.config=e,this.bind()}deviceId(){return this.config.device_id}content(e){let i=e.first("charge_level","fuel_percent","fuel_level","range_total"),r=e.fact("charging_state")?.value==="charging",a=r?"charging":e.car.warnings.length?"warned":"",s=e.first("range_total","range_electric","range_fuel"),c=[i,s===i?void 0:s].filter(y=>y!==void 0),k=c.map(y=>e.format.fact(y)).join(" · ");return o`<button
      class=${`link ${a}`}
      aria-label=${[e.car.name,...c.map(y=>e.label(y))].join(", ")}
      @click=${()=>e.open(i?.entity_id)}
    >
      ${l(r?"bolt":a?"warning":"car")}
      <span class="info">
        <bdi class="name">${e.car.name}</bdi>
        ${k?o`<bdi class="value">${k}</bdi>`:d}
      </span>
    </button>`}};var D={en:{description:"Your car at a glance",unavailable:"MyBMW is not ready. It may be starting, or its account is not set up under Settings → Devices & services.",no_car:"There is no car that you may see. Choose another one in the editor, or ask your administrator.",whole:"Car"},de:{description:"Dein Auto auf einen Blick",unavailable:"MyBMW ist nicht bereit. Vielleicht startet es noch, oder sein Konto ist unter Einstellungen → Geräte & Dienste nicht eingerichtet.",no_car:"Es gibt kein Auto, das du sehen darfst. Wähle im Editor ein anderes oder frage deinen Administrator.",whole:"Auto"},da:{description:"Din bil med et blik",unavailable:"MyBMW er ikke klar. Måske starter den, eller kontoen er ikke sat op under Indstillinger → Enheder og tjenester.",no_car:"Der er ingen bil, du må se. Vælg en anden i editoren, eller spørg din administrator.",whole:"Bil"},es:{description:"Tu coche de un vistazo",unavailable:"MyBMW no está listo. Puede que esté iniciando o que su cuenta no esté configurada en Configuración → Dispositivos y servicios.",no_car:"No hay ningún coche que puedas ver. Elige otro en el editor o pregunta a tu administrador.",whole:"Coche"},fr:{description:"Votre voiture en un coup d’œil",unavailable:"MyBMW n’est pas prêt. Il démarre peut-être, ou son compte n’est pas configuré dans Paramètres → Appareils et services.",no_car:"Il n’y a aucune voiture que vous puissiez voir. Choisissez-en une autre dans l’éditeur ou demandez à votre administrateur.",whole:"Voiture"},it:{description:"La tua auto a colpo d’occhio",unavailable:"MyBMW non è pronto. Forse si sta avviando, o il suo account non è configurato in Impostazioni → Dispositivi e servizi.",no_car:"Non c’è nessuna auto che puoi vedere. Scegline un’altra nell’editor o chiedi al tuo amministratore.",whole:"Auto"},nb:{description:"Bilen din på et blikk",unavailable:"MyBMW er ikke klar. Kanskje den starter, eller kontoen er ikke satt opp under Innstillinger → Enheter og tjenester.",no_car:"Det finnes ingen bil du kan se. Velg en annen i redigeringen, eller spør administratoren din.",whole:"Bil"},nl:{description:"Je auto in één oogopslag",unavailable:"MyBMW is niet gereed. Misschien start het nog, of het account is niet ingesteld onder Instellingen → Apparaten en diensten.",no_car:"Er is geen auto die je mag zien. Kies een andere in de editor of vraag het je beheerder.",whole:"Auto"},pl:{description:"Twój samochód w skrócie",unavailable:"MyBMW nie jest gotowe. Być może się uruchamia albo konto nie jest skonfigurowane w Ustawienia → Urządzenia i usługi.",no_car:"Nie ma samochodu, który możesz zobaczyć. Wybierz inny w edytorze lub zapytaj administratora.",whole:"Samochód"},sv:{description:"Din bil i en överblick",unavailable:"MyBMW är inte redo. Det kanske startar, eller så är kontot inte inställt under Inställningar → Enheter och tjänster.",no_car:"Det finns ingen bil som du får se. Välj en annan i redigeraren eller fråga din administratör.",whole:"Bil"}};function v(n=document.documentElement.lang){return D[n]??D[n.split("-")[0]??""]??D.en}var O=u`
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
`;function oe(n,t){if(!(!t.startsWith("/")||t.startsWith("//")||t.startsWith("/\\")))return n.hassUrl?n.hassUrl(t):t}function se(n){return Object.values(n.car.facts).map(e=>e?.at??"").sort().pop()||void 0}function de(n){let{asleep:t}=n.car,e=n.car.reported_at??se(n),i=e?n.text("reported",{ago:n.format.ago(e)}):n.text("never_reported");return n.flag("moving")?`${i} · ${n.text("moving")}`:t?`${i} · ${n.text("asleep")}`:i}function ce(n){let t=n.fact("locked");if(!t||t.value===null)return d;let e=t.value===!0,i=t.text??n.text(e?"locked":"unlocked"),r=o`${l(e?"lock":"unlock")}<bdi class="clamp">${i}</bdi>`;return n.link(t,`lock ${e?"":"unlocked"}`,r)}function le(n){let{picture:t,name:e}=n.car,i=t&&oe(n.hass,t.url);if(!t||!i)return d;let r=n.text("picture_of",{name:e});return o`<button
    class="picture"
    aria-haspopup="dialog"
    aria-label=${r}
    @click=${()=>n.open(t.entity_id)}
  >
    <img src=${i} alt="" decoding="async" @error=${ue} />
  </button>`}function ue(n){n.target.parentElement?.setAttribute("hidden","")}function pe(n,t,e){return!e||n.cars.length<2?d:o`<select
    class="cars"
    aria-label=${t.text("choose_car")}
    @change=${i=>e(i.target.value)}
  >
    ${n.cars.map(i=>o`<option value=${i.device_id} ?selected=${i.device_id===n.device_id}>
          ${i.name}
        </option>`)}
  </select>`}function K(n,t){let{car:e}=n,i=o`<div class="name" role="heading" aria-level="2"><bdi>${e.name}</bdi></div>`,r=o`<div class="reported">
    ${e.asleep?l("moon"):d}<bdi>${de(n)}</bdi>
  </div>`;return o`<div class="head">
    ${n.hass.user?.is_admin?o`<div
            class="title link"
            role="link"
            tabindex="0"
            title=${n.text("open_device",{name:e.name})}
            @click=${()=>M(e.device_id)}
            @keydown=${a=>a.key==="Enter"&&M(e.device_id)}
          >
            ${i}${r}
          </div>`:o`<div class="title">${i}${r}</div>`}
    ${ce(n)} ${pe(e,n,t)} ${le(n)}
  </div>`}var x=[];function Z(){let n=performance.now();for(;x.length&&performance.now()-n<10;)x.shift()?.();x.length&&setTimeout(Z)}function G(n){return new Promise((t,e)=>{x.push(()=>{try{n(),t()}catch(i){e(i)}}),x.length===1&&queueMicrotask(Z)})}var me=3e4,ge=["not_allowed","no_data","loading"],S=class extends ${constructor(){super(...arguments);this.config={type:"custom:mybmw-card"};this.visible=!1;this.observer=new IntersectionObserver(e=>this.see(e.some(i=>i.isIntersecting)));this.tick=()=>{clearInterval(this.timer),!(!this.visible||document.hidden)&&(this.timer=setInterval(()=>this.requestUpdate(),me),this.requestUpdate())};this.choose=e=>{this.chosen=e,this.bind()}}static{this.styles=[h,O,j,N,u`
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
        --gap: 4px;
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
        max-width: calc((100% - var(--gap) * (var(--columns) - 1)) / var(--columns));
        padding: 7px 2px 5px;
        border-radius: var(--radius);
        font-size: 12px;
        text-align: center;
        color: var(--quiet);
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
      @container (max-width: 339px) {
        .folds {
          --columns: 3 !important;
        }
      }
      @container (min-width: 620px) {
        .card {
          align-content: start;
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
          grid-row: span 4;
          display: grid;
        }
        .pictured .head {
          grid-template-rows: auto 1fr;
        }
        .pictured .picture {
          align-self: center;
        }
        .pictured > .part-warnings,
        .pictured > .part-energy,
        .split > .part-commands {
          grid-column: 2;
        }
        .folds {
          flex-wrap: nowrap;
        }
        .fold {
          flex-basis: 0;
          max-width: none;
        }
        .picture img {
          height: clamp(150px, 24cqi, 260px);
        }
      }
    `]}static async getConfigForm(){return(await import("./mybmw-editor-76KISLYS.js")).configForm()}static getStubConfig(){return{}}setConfig(e){if(e.device_id!==void 0&&typeof e.device_id!="string")throw new Error("device_id is no text");for(let i of["parts","hide"])if(e[i]!==void 0&&!Array.isArray(e[i]))throw new Error(`${i} is no list`);this.config=e,this.chosen=void 0,this.bind(),this.requestUpdate()}getCardSize(){return B(this.config).includes("head")?9:5}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get hass(){return this.current}set hass(e){let i=this.current;this.current=e,e&&((i?.connection!==e.connection||i.language!==e.language)&&this.bind(),(i?.locale!==e.locale||i?.user!==e.user)&&this.requestUpdate())}connectedCallback(){super.connectedCallback(),this.observer.observe(this),document.addEventListener("visibilitychange",this.tick)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect(),document.removeEventListener("visibilitychange",this.tick),this.see(!1)}see(e){this.visible!==e&&(this.visible=e,this.tick(),this.bind())}bind(){let e=this.chosen??this.config.device_id,i=this.current&&_(this.current,e),r=this.leave!==void 0;i===this.store&&r===this.visible||(this.leave?.(),this.store=i,this.leave=this.visible&&i?i.listen(()=>this.requestUpdate()):void 0,this.requestUpdate())}scheduleUpdate(){return G(()=>{super.scheduleUpdate()})}render(){return o`<ha-card>${this.content()}</ha-card>`}content(){let{store:e,current:i}=this;if(e?.error)return o`<div class="card">${this.refused(e.error)}</div>`;if(!e?.data||!i)return o`<div class="card">${this.bones()}</div>`;let r=new m(i,e.data,this);if(ge.includes(r.car.state.kind))return o`<div class="card">${this.section("head",r,!0)} ${this.notice(r)}</div>`;let a=B(this.config).filter(s=>f[s]?.applies(r));return o`<div class=${this.arrangement(a,r)}>${this.sections(a,r)}</div>`}arrangement(e,i){let r=(...s)=>s.every(c=>e.includes(c));return`card ${i.car.picture&&r("head","energy")?"pictured":""} ${r("energy","commands")?"split":""}`}sections(e,i){let r=e.includes("head");return this.groups(e,r).map(a=>Array.isArray(a)?this.folds(a,i):o`${this.section(a,i,!r)}`)}groups(e,i){let r=[];for(let a of e){let s=r[r.length-1];!i||!f[a]?.folds?r.push(a):Array.isArray(s)?s.push(a):r.push([a])}return r}section(e,i,r){let a=f[e];if(!a)return d;if(e==="head")return o`<div class="part-head">
        ${K(i,this.config.device_id?void 0:this.choose)} ${r?d:this.notice(i)}
      </div>`;a.folds&&a.load?.();let s=r&&a.folds?o`<h3>${i.text(`part_${e}`)}</h3>`:d;return o`<div class=${`part-${e}`}>${s}${a.render(i)}</div>`}folds(e,i){let r=e.find(s=>s===this.unfolded),a=r?f[r]:void 0;return o`<div
        class="folds even"
        style=${U(e.length)}
        role="group"
        aria-label=${i.text("more",{name:i.car.name})}
      >
        ${e.map(s=>this.fold(s,f[s],i))}
      </div>
      ${r&&a?o`<div class="panel" id="panel" role="region" aria-label=${`${i.car.name}: ${i.text(`part_${r}`)}`}>${a.render(i)}</div>`:d}`}fold(e,i,r){let a=this.unfolded===e;return o`<button
      class="fold link"
      aria-expanded=${a?"true":"false"}
      aria-controls=${a?"panel":d}
      @click=${()=>this.unfold(a?void 0:e)}
      @pointerenter=${()=>{i.load?.()}}
    >
      ${l(i.icon)}<span class="clamp">${r.text(`part_${e}`)}</span>
      ${i.alerts?.(r)?o`<span class="dot"></span>`:d}
    </button>`}unfold(e){this.unfolded=e,e&&f[e]?.load?.(),this.requestUpdate()}notice(e){let{kind:i,text:r,action:a}=e.car.state;if(i==="ok")return d;let s=i==="loading"&&!r;return o`<div class="notice" role="status">
      ${l(i==="loading"?"clock":"info")}
      <div>
        <p class="clamp"><bdi>${s?e.text("loading"):r}</bdi></p>
        ${a?o`<p class="quiet clamp"><bdi>${a}</bdi></p>`:d}
      </div>
    </div>`}refused(e){let i=v(this.current?.locale.language);return o`<div class="notice" role="status">
      ${l("car")}
      <p>${e==="not_found"?i.no_car:i.unavailable}</p>
    </div>`}bones(){return o`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>`}};var Y={en:{cars:"Cars",dashboard:"A dashboard for your cars: overview, charging, trips, service and statistics",badge:"Charge or fuel of your car",charge:"Charge with its target",lock:"Lock and unlock",climate:"Climate control"},de:{cars:"Autos",dashboard:"Ein Dashboard für deine Autos: Übersicht, Laden, Fahrten, Service und Statistik",badge:"Ladestand oder Tank deines Autos",charge:"Ladestand mit Ladeziel",lock:"Ver- und entriegeln",climate:"Klimatisierung"},da:{cars:"Biler",dashboard:"Et dashboard til dine biler: overblik, opladning, ture, service og statistik",badge:"Ladning eller brændstof i din bil",charge:"Ladning med mål",lock:"Lås og lås op",climate:"Klimaanlæg"},es:{cars:"Coches",dashboard:"Un panel para tus coches: resumen, carga, viajes, servicio y estadísticas",badge:"Carga o combustible de tu coche",charge:"Carga con su objetivo",lock:"Bloquear y desbloquear",climate:"Climatización"},fr:{cars:"Voitures",dashboard:"Un tableau de bord pour vos voitures : aperçu, charge, trajets, entretien et statistiques",badge:"Charge ou carburant de votre voiture",charge:"Charge et objectif",lock:"Verrouiller et déverrouiller",climate:"Climatisation"},it:{cars:"Auto",dashboard:"Una plancia per le tue auto: panoramica, ricarica, viaggi, manutenzione e statistiche",badge:"Carica o carburante della tua auto",charge:"Carica con obiettivo",lock:"Blocca e sblocca",climate:"Climatizzazione"},nb:{cars:"Biler",dashboard:"Et dashbord for bilene dine: oversikt, lading, turer, service og statistikk",badge:"Lading eller drivstoff i bilen din",charge:"Lading med mål",lock:"Lås og lås opp",climate:"Klimaanlegg"},nl:{cars:"Auto's",dashboard:"Een dashboard voor je auto's: overzicht, laden, ritten, onderhoud en statistieken",badge:"Lading of brandstof van je auto",charge:"Lading met doel",lock:"Vergrendelen en ontgrendelen",climate:"Klimaatregeling"},pl:{cars:"Samochody",dashboard:"Pulpit Twoich samochodów: przegląd, ładowanie, przejazdy, serwis i statystyki",badge:"Naładowanie lub paliwo samochodu",charge:"Naładowanie i cel",lock:"Blokowanie i odblokowanie",climate:"Klimatyzacja"},sv:{cars:"Bilar",dashboard:"En panel för dina bilar: översikt, laddning, resor, service och statistik",badge:"Laddning eller bränsle i din bil",charge:"Laddning med mål",lock:"Lås och lås upp",climate:"Klimatanläggning"}};function g(n=document.documentElement.lang){return Y[n.split("-")[0]??""]??Y.en}function he(n,t,e){let i=t?n.entities[t]:void 0,r=`${t?.split(".")[0]}.${i?.translation_key}`;return i?.platform==="mybmw"&&e.includes(r)?i.device_id??void 0:void 0}var E=class extends b{static getStubConfig(){return{}}setConfig(){this.requestUpdate()}get context(){return this.context_}set context(t){let e=t?.entity_id!==this.context_?.entity_id;this.context_=t,e&&this.bind()}deviceId(t){let e=this.context_?.entity_id;return e&&t.entities[e]?.device_id||null}},R=class extends E{static{this.styles=[h,u`
      :host {
        display: block;
        width: 100%;
        height: var(--feature-height, 42px);
      }
      .rail {
        position: relative;
        height: 100%;
        overflow: hidden;
        border-radius: var(--feature-border-radius, 12px);
        background: color-mix(in srgb, var(--text) 10%, transparent);
      }
      .rail > * {
        position: absolute;
        inset-block: 0;
        inset-inline-start: 0;
      }
      .level {
        width: calc(var(--at) * 1%);
        background: var(--feature-color, var(--good));
      }
      .predicted {
        width: calc(var(--at) * 1%);
        background: color-mix(in srgb, var(--feature-color, var(--good)) 45%, transparent);
      }
      .mark {
        inset-inline-start: calc(var(--at) * 1% - 2px);
        width: 3px;
        background: var(--text);
      }
    `]}content(t){let e=t.fact("fuel_percent")?.entity_id===this.context?.entity_id,i=e?"fuel_percent":"charge_level",r=t.fact(i),a=t.number(i);if(!r||a===void 0)return d;let s=e?void 0:t.number("charge_target"),c=e?void 0:t.number("predicted_charge_level"),k=[c!==void 0&&c>a?I("predicted",c):d,I("level",a),s!==void 0&&s<100?I("mark",s):d];return o`<div class="rail" role="img" aria-label=${t.label(r)}>${k}</div>`}};function I(n,t){return o`<i class=${n} style=${`--at:${Math.min(100,Math.max(0,t))}`}></i>`}var F=class extends P{static{this.styles=[...P.styles,u`
      .row {
        gap: var(--feature-button-spacing, 12px);
      }
      .command {
        grid-auto-flow: column;
        justify-content: center;
        gap: 8px;
        height: var(--feature-height, 42px);
        min-height: 0;
        padding: 0 8px;
        border-radius: var(--feature-border-radius, 12px);
        font-size: 14px;
      }
      .command .clamp {
        -webkit-line-clamp: 1;
      }
      .command .hint {
        display: none;
      }
      .outcome {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
    `]}},z=class extends E{static{this.styles=[h,u`
      :host {
        display: block;
        position: relative;
        width: 100%;
        min-height: var(--feature-height, 42px);
      }
    `]}content(t){let{car:e}=t,i=Object.fromEntries(this.names(e).map(a=>[a,e.commands[a]??null])),r=new m(t.hass,{...e,commands:i},this);return o`<mybmw-compact-commands .view=${r}></mybmw-compact-commands>`}},H=class extends z{names(){return["lock","unlock"]}},V=class extends z{names(){return["climate_start","climate_stop"]}},fe={charge:{element:R,keys:["sensor.remaining_battery_percent","sensor.remaining_fuel_percent","sensor.charging_status","number.target_soc"]},lock:{element:H,keys:["lock.lock","binary_sensor.door_lock_state"]},climate:{element:V,keys:["switch.climate","sensor.climate_status"]}};function X(){p("mybmw-compact-commands",F),window.customCardFeatures=window.customCardFeatures??[];for(let[n,{element:t,keys:e}]of Object.entries(fe))p(`mybmw-${n}-feature`,t),window.customCardFeatures.push({type:`mybmw-${n}-feature`,get name(){return`MyBMW: ${g()[n]}`},isSupported:(i,{entity_id:r})=>he(i,r,e)!==void 0,configurable:!1})}function q(n){return class extends HTMLElement{static{this.generate=n}static shouldRegenerate(t,e,i){return["entities","devices","language"].some(a=>e[a]!==i[a])||e.config.state!==i.config.state}static getCreateSuggestions(){return{title:g().cars,icon:"mdi:car-multiple"}}}}function J(){let n=()=>import("./mybmw-views-QTTPZRGQ.js");p("ll-strategy-dashboard-mybmw",q(async(t,e)=>(await n()).dashboard(e))),p("ll-strategy-view-mybmw-car",q(async(t,e)=>(await n()).carView(t,e))),p("ll-strategy-section-mybmw-car",q(async(t,e)=>(await n()).carSection(t,e))),window.customStrategies=window.customStrategies??[],window.customStrategies.push({type:"mybmw",strategyType:"dashboard",get name(){return g().cars},get description(){return g().dashboard}})}var be={device_tracker:"place",climate:"climate",event:"commands",calendar:"service"};function Q(n,t){let e=n.entities[t],i=e?.device_id?n.devices[e.device_id]:void 0;if(e?.platform!=="mybmw"||!i||i.entry_type==="service")return null;let r={type:"custom:mybmw-card",device_id:e.device_id},a=[{label:v(n.locale.language).whole,config:r}],s=be[t.split(".")[0]??""],c=A()[`part_${s}`];return s&&c&&a.push({label:c,config:{...r,parts:[s]}}),a}p("mybmw-card",S);window.customCards=window.customCards??[];window.customCards.push({type:"mybmw-card",name:"MyBMW",get description(){return v().description},preview:!0,getEntitySuggestion:Q});p("mybmw-badge",T);window.customBadges=window.customBadges??[];window.customBadges.push({type:"mybmw-badge",name:"MyBMW",get description(){return g().badge},preview:!0});X();J();
