import{a as A,b as $,c as I,d as z,e as L,f as U,g as B,h as D,i as f,j as P}from"./mybmw-chunk-DMJXWEBN.js";import{a as W}from"./mybmw-chunk-XFOACWT2.js";import{a as p}from"./mybmw-chunk-2CJQVYGJ.js";import{a as u,b as o,d,e as k,g as l,h,i as F}from"./mybmw-chunk-HU6SQAMF.js";var g=class{constructor(t,e,i){this.hass=t;this.car=e;this.node=i;this.format=new U(t,e.texts)}text(t,e){return this.format.text(t,e)}fact(t){return this.car.facts[t]??void 0}number(t){let e=this.fact(t)?.value;return typeof e=="number"&&Number.isFinite(e)?e:void 0}flag(t){let e=this.fact(t)?.value;return typeof e=="boolean"?e:void 0}current(t){return this.fact(t)?.stale?void 0:this.flag(t)}first(...t){return t.map(e=>this.fact(e)).find(e=>e&&e.value!==null)}commands(){return Object.entries(this.car.commands).filter(t=>t[1]!==null)}open(t){t&&I(this.node,t)}label(t,e=this.format.fact(t)){let i=t.stale&&t.at?`, ${this.text("stale",{ago:this.format.ago(t.at)})}`:"";return`${t.name}: ${e===L?this.text("unknown"):e}${i}`}link(t,e,i,n){let a=o`${i}${n?o`<span class="spoken">${n}</span>`:d}`;return t.entity_id?o`<button
      class=${`${e} link`}
      aria-haspopup="dialog"
      @click=${()=>this.open(t.entity_id)}
    >
      ${a}
    </button>`:o`<div class=${e}>${a}</div>`}tile(t,e,i,n){if(!t||t.value===null&&t.text===null)return d;let a=i??this.format.fact(t),s=t.stale&&t.at?o`<span class="age">${this.format.ago(t.at)}</span>`:d;return this.link(t,`tile${t.stale?" stale":""}`,o`${l(e)}<span class="value"><bdi>${a}</bdi></span
        ><span class="label"><bdi>${n??t.name}</bdi> ${s}</span>`)}};var b=class extends k{get hass(){return this.current}set hass(t){let e=this.current;this.current=t,e?.connection!==t?.connection||e?.language!==t?.language?this.bind():e?.locale!==t?.locale&&this.requestUpdate()}connectedCallback(){super.connectedCallback(),this.bind()}disconnectedCallback(){super.disconnectedCallback(),this.bind()}bind(){let t=this.current&&this.isConnected?this.deviceId(this.current):null,e=this.current&&t!==null?$(this.current,t):void 0;e!==this.store&&(this.leave?.(),this.store=e,this.leave=e?.listen(()=>this.requestUpdate()),this.requestUpdate())}render(){let t=this.store?.data;return this.current&&t?this.content(new g(this.current,t,this)):d}};var _=class extends b{constructor(){super(...arguments);this.config={type:"custom:mybmw-badge"}}static{this.styles=[h,u`
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
    `]}static async getConfigForm(){return(await import("./mybmw-editor-FK2QJSDO.js")).configForm(["device_id"])}static getStubConfig(){return{}}setConfig(e){if(e.device_id!==void 0&&typeof e.device_id!="string")throw new Error("device_id is no text");this.config=e,this.bind()}deviceId(){return this.config.device_id}content(e){let i=e.first("charge_level","fuel_percent","fuel_level","range_total"),n=e.fact("charging_state")?.value==="charging",a=n?"charging":e.car.warnings.length?"warned":"",s=e.first("range_total","range_electric","range_fuel"),c=[i,s===i?void 0:s].filter(y=>y!==void 0),w=c.map(y=>e.format.fact(y)).join(" · ");return o`<button
      class=${`link ${a}`}
      aria-label=${[e.car.name,...c.map(y=>e.label(y))].join(", ")}
      @click=${()=>e.open(i?.entity_id)}
    >
      ${l(n?"bolt":a?"warning":"car")}
      <span class="info">
        <bdi class="name">${e.car.name}</bdi>
        ${w?o`<bdi class="value">${w}</bdi>`:d}
      </span>
    </button>`}};var M={en:{description:"Your car at a glance",unavailable:"MyBMW is not ready. It may be starting, or its account is not set up under Settings → Devices & services.",no_car:"There is no car that you may see. Choose another one in the editor, or ask your administrator.",whole:"Car"},de:{description:"Dein Auto auf einen Blick",unavailable:"MyBMW ist nicht bereit. Vielleicht startet es noch, oder sein Konto ist unter Einstellungen → Geräte & Dienste nicht eingerichtet.",no_car:"Es gibt kein Auto, das du sehen darfst. Wähle im Editor ein anderes oder frage deinen Administrator.",whole:"Auto"},da:{description:"Din bil med et blik",unavailable:"MyBMW er ikke klar. Måske starter den, eller kontoen er ikke sat op under Indstillinger → Enheder og tjenester.",no_car:"Der er ingen bil, du må se. Vælg en anden i editoren, eller spørg din administrator.",whole:"Bil"},es:{description:"Tu coche de un vistazo",unavailable:"MyBMW no está listo. Puede que esté iniciando o que su cuenta no esté configurada en Configuración → Dispositivos y servicios.",no_car:"No hay ningún coche que puedas ver. Elige otro en el editor o pregunta a tu administrador.",whole:"Coche"},fr:{description:"Votre voiture en un coup d’œil",unavailable:"MyBMW n’est pas prêt. Il démarre peut-être, ou son compte n’est pas configuré dans Paramètres → Appareils et services.",no_car:"Il n’y a aucune voiture que vous puissiez voir. Choisissez-en une autre dans l’éditeur ou demandez à votre administrateur.",whole:"Voiture"},it:{description:"La tua auto a colpo d’occhio",unavailable:"MyBMW non è pronto. Forse si sta avviando, o il suo account non è configurato in Impostazioni → Dispositivi e servizi.",no_car:"Non c’è nessuna auto che puoi vedere. Scegline un’altra nell’editor o chiedi al tuo amministratore.",whole:"Auto"},nb:{description:"Bilen din på et blikk",unavailable:"MyBMW er ikke klar. Kanskje den starter, eller kontoen er ikke satt opp under Innstillinger → Enheter og tjenester.",no_car:"Det finnes ingen bil du kan se. Velg en annen i redigeringen, eller spør administratoren din.",whole:"Bil"},nl:{description:"Je auto in één oogopslag",unavailable:"MyBMW is niet gereed. Misschien start het nog, of het account is niet ingesteld onder Instellingen → Apparaten en diensten.",no_car:"Er is geen auto die je mag zien. Kies een andere in de editor of vraag het je beheerder.",whole:"Auto"},pl:{description:"Twój samochód w skrócie",unavailable:"MyBMW nie jest gotowe. Być może się uruchamia albo konto nie jest skonfigurowane w Ustawienia → Urządzenia i usługi.",no_car:"Nie ma samochodu, który możesz zobaczyć. Wybierz inny w edytorze lub zapytaj administratora.",whole:"Samochód"},sv:{description:"Din bil i en överblick",unavailable:"MyBMW är inte redo. Det kanske startar, eller så är kontot inte inställt under Inställningar → Enheter och tjänster.",no_car:"Det finns ingen bil som du får se. Välj en annan i redigeraren eller fråga din administratör.",whole:"Bil"}};function v(r=document.documentElement.lang){return M[r]??M[r.split("-")[0]??""]??M.en}var N=u`
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
`;function Z(r,t){if(!(!t.startsWith("/")||t.startsWith("//")||t.startsWith("/\\")))return r.hassUrl?r.hassUrl(t):t}function ee(r){return Object.values(r.car.facts).map(e=>e?.at??"").sort().pop()||void 0}function te(r){let{asleep:t}=r.car,e=r.car.reported_at??ee(r),i=e?r.text("reported",{ago:r.format.ago(e)}):r.text("never_reported");return r.flag("moving")?`${i} · ${r.text("moving")}`:t?`${i} · ${r.text("asleep")}`:i}function ie(r){let t=r.fact("locked");if(!t||t.value===null)return d;let e=t.value===!0,i=t.text??r.text(e?"locked":"unlocked"),n=o`${l(e?"lock":"unlock")}<bdi class="clamp">${i}</bdi>`;return r.link(t,`lock ${e?"":"unlocked"}`,n)}function re(r){let{picture:t,name:e}=r.car,i=t&&Z(r.hass,t.url);if(!t||!i)return d;let n=r.text("picture_of",{name:e});return o`<button
    class="picture"
    aria-haspopup="dialog"
    aria-label=${n}
    @click=${()=>r.open(t.entity_id)}
  >
    <img src=${i} alt="" decoding="async" @error=${ne} />
  </button>`}function ne(r){r.target.parentElement?.setAttribute("hidden","")}function ae(r,t,e){return!e||r.cars.length<2?d:o`<select
    class="cars"
    aria-label=${t.text("choose_car")}
    @change=${i=>e(i.target.value)}
  >
    ${r.cars.map(i=>o`<option value=${i.device_id} ?selected=${i.device_id===r.device_id}>
          ${i.name}
        </option>`)}
  </select>`}function K(r,t){let{car:e}=r,i=o`<div class="name" role="heading" aria-level="2"><bdi>${e.name}</bdi></div>`,n=o`<div class="reported">
    ${e.asleep?l("moon"):d}<bdi>${te(r)}</bdi>
  </div>`;return o`<div class="head">
    ${r.hass.user?.is_admin?o`<div
            class="title link"
            role="link"
            tabindex="0"
            title=${r.text("open_device",{name:e.name})}
            @click=${()=>z(e.device_id)}
            @keydown=${a=>a.key==="Enter"&&z(e.device_id)}
          >
            ${i}${n}
          </div>`:o`<div class="title">${i}${n}</div>`}
    ${ie(r)} ${ae(e,r,t)} ${re(r)}
  </div>`}var x=[];function O(){let r=performance.now();for(;x.length&&performance.now()-r<10;)x.shift()?.();x.length&&setTimeout(O)}function G(r){return new Promise((t,e)=>{x.push(()=>{try{r(),t()}catch(i){e(i)}}),x.length===1&&queueMicrotask(O)})}var oe=3e4,se=["not_allowed","no_data","loading"],C=class extends k{constructor(){super(...arguments);this.config={type:"custom:mybmw-card"};this.visible=!1;this.observer=new IntersectionObserver(e=>this.see(e.some(i=>i.isIntersecting)));this.choose=e=>{this.chosen=e,this.bind()}}static{this.styles=[h,N,W,D,u`
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
        hyphens: auto;
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
      @container (max-width: 339px) {
        .folds {
          grid-template-columns: repeat(3, minmax(0, 1fr));
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
          grid-auto-flow: column;
          grid-template-columns: none;
          grid-auto-columns: minmax(0, 1fr);
        }
        .picture img {
          height: clamp(150px, 24cqi, 260px);
        }
      }
    `]}static async getConfigForm(){return(await import("./mybmw-editor-FK2QJSDO.js")).configForm()}static getStubConfig(){return{}}setConfig(e){if(e.device_id!==void 0&&typeof e.device_id!="string")throw new Error("device_id is no text");for(let i of["parts","hide"])if(e[i]!==void 0&&!Array.isArray(e[i]))throw new Error(`${i} is no list`);this.config=e,this.chosen=void 0,this.bind(),this.requestUpdate()}getCardSize(){return P(this.config).includes("head")?9:5}getGridOptions(){return{columns:12,min_columns:6,rows:"auto"}}get hass(){return this.current}set hass(e){let i=this.current;this.current=e,e&&((i?.connection!==e.connection||i.language!==e.language)&&this.bind(),(i?.locale!==e.locale||i?.user!==e.user)&&this.requestUpdate())}connectedCallback(){super.connectedCallback(),this.observer.observe(this)}disconnectedCallback(){super.disconnectedCallback(),this.observer.disconnect(),this.see(!1)}see(e){this.visible!==e&&(this.visible=e,clearInterval(this.timer),e&&(this.timer=setInterval(()=>this.requestUpdate(),oe)),this.bind())}bind(){let e=this.chosen??this.config.device_id,i=this.current&&$(this.current,e),n=this.leave!==void 0;i===this.store&&n===this.visible||(this.leave?.(),this.store=i,this.leave=this.visible&&i?i.listen(()=>this.requestUpdate()):void 0,this.requestUpdate())}scheduleUpdate(){return G(()=>{super.scheduleUpdate()})}render(){return o`<ha-card>${this.content()}</ha-card>`}content(){let{store:e,current:i}=this;if(e?.error)return o`<div class="card">${this.refused(e.error)}</div>`;if(!e?.data||!i)return o`<div class="card">${this.bones()}</div>`;let n=new g(i,e.data,this);if(se.includes(n.car.state.kind))return o`<div class="card">${this.section("head",n,!0)} ${this.notice(n)}</div>`;let a=P(this.config).filter(s=>f[s]?.applies(n));return o`<div class=${this.arrangement(a,n)}>${this.sections(a,n)}</div>`}arrangement(e,i){let n=(...s)=>s.every(c=>e.includes(c));return`card ${i.car.picture&&n("head","energy")?"pictured":""} ${n("energy","commands")?"split":""}`}sections(e,i){let n=e.includes("head");return this.groups(e,n).map(a=>Array.isArray(a)?this.folds(a,i):o`${this.section(a,i,!n)}`)}groups(e,i){let n=[];for(let a of e){let s=n[n.length-1];!i||!f[a]?.folds?n.push(a):Array.isArray(s)?s.push(a):n.push([a])}return n}section(e,i,n){let a=f[e];if(!a)return d;if(e==="head")return o`<div class="part-head">
        ${K(i,this.config.device_id?void 0:this.choose)} ${n?d:this.notice(i)}
      </div>`;a.folds&&a.load?.();let s=n&&a.folds?o`<h3>${i.text(`part_${e}`)}</h3>`:d;return o`<div class=${`part-${e}`}>${s}${a.render(i)}</div>`}folds(e,i){let n=e.find(s=>s===this.unfolded),a=n?f[n]:void 0;return o`<div
        class="folds"
        style=${F(e.length)}
        role="group"
        aria-label=${i.text("more",{name:i.car.name})}
      >
        ${e.map(s=>this.fold(s,f[s],i))}
      </div>
      ${n&&a?o`<div class="panel" id="panel" role="region" aria-label=${`${i.car.name}: ${i.text(`part_${n}`)}`}>${a.render(i)}</div>`:d}`}fold(e,i,n){let a=this.unfolded===e;return o`<button
      class="fold link"
      aria-expanded=${a?"true":"false"}
      aria-controls=${a?"panel":d}
      @click=${()=>this.unfold(a?void 0:e)}
      @pointerenter=${()=>{i.load?.()}}
    >
      ${l(i.icon)}<span class="clamp">${n.text(`part_${e}`)}</span>
      ${i.alerts?.(n)?o`<span class="dot"></span>`:d}
    </button>`}unfold(e){this.unfolded=e,e&&f[e]?.load?.(),this.requestUpdate()}notice(e){let{kind:i,text:n,action:a}=e.car.state;if(i==="ok")return d;let s=i==="loading"&&!n;return o`<div class="notice" role="status">
      ${l(i==="loading"?"clock":"info")}
      <div>
        <p class="clamp"><bdi>${s?e.text("loading"):n}</bdi></p>
        ${a?o`<p class="quiet clamp"><bdi>${a}</bdi></p>`:d}
      </div>
    </div>`}refused(e){let i=v(this.current?.locale.language);return o`<div class="notice" role="status">
      ${l("car")}
      <p>${e==="not_found"?i.no_car:i.unavailable}</p>
    </div>`}bones(){return o`<div class="bones" aria-hidden="true"><i></i><i></i><i></i></div>`}};var X={en:{cars:"Cars",dashboard:"A dashboard for your cars: overview, charging, trips, service and statistics",badge:"Charge or fuel of your car",charge:"Charge with its target",lock:"Lock and unlock",climate:"Climate control"},de:{cars:"Autos",dashboard:"Ein Dashboard für deine Autos: Übersicht, Laden, Fahrten, Service und Statistik",badge:"Ladestand oder Tank deines Autos",charge:"Ladestand mit Ladeziel",lock:"Ver- und entriegeln",climate:"Klimatisierung"},da:{cars:"Biler",dashboard:"Et dashboard til dine biler: overblik, opladning, ture, service og statistik",badge:"Ladning eller brændstof i din bil",charge:"Ladning med mål",lock:"Lås og lås op",climate:"Klimaanlæg"},es:{cars:"Coches",dashboard:"Un panel para tus coches: resumen, carga, viajes, servicio y estadísticas",badge:"Carga o combustible de tu coche",charge:"Carga con su objetivo",lock:"Bloquear y desbloquear",climate:"Climatización"},fr:{cars:"Voitures",dashboard:"Un tableau de bord pour vos voitures : aperçu, charge, trajets, entretien et statistiques",badge:"Charge ou carburant de votre voiture",charge:"Charge et objectif",lock:"Verrouiller et déverrouiller",climate:"Climatisation"},it:{cars:"Auto",dashboard:"Una plancia per le tue auto: panoramica, ricarica, viaggi, manutenzione e statistiche",badge:"Carica o carburante della tua auto",charge:"Carica con obiettivo",lock:"Blocca e sblocca",climate:"Climatizzazione"},nb:{cars:"Biler",dashboard:"Et dashbord for bilene dine: oversikt, lading, turer, service og statistikk",badge:"Lading eller drivstoff i bilen din",charge:"Lading med mål",lock:"Lås og lås opp",climate:"Klimaanlegg"},nl:{cars:"Auto's",dashboard:"Een dashboard voor je auto's: overzicht, laden, ritten, onderhoud en statistieken",badge:"Lading of brandstof van je auto",charge:"Lading met doel",lock:"Vergrendelen en ontgrendelen",climate:"Klimaatregeling"},pl:{cars:"Samochody",dashboard:"Pulpit Twoich samochodów: przegląd, ładowanie, przejazdy, serwis i statystyki",badge:"Naładowanie lub paliwo samochodu",charge:"Naładowanie i cel",lock:"Blokowanie i odblokowanie",climate:"Klimatyzacja"},sv:{cars:"Bilar",dashboard:"En panel för dina bilar: översikt, laddning, resor, service och statistik",badge:"Laddning eller bränsle i din bil",charge:"Laddning med mål",lock:"Lås och lås upp",climate:"Klimatanläggning"}};function m(r=document.documentElement.lang){return X[r.split("-")[0]??""]??X.en}function de(r,t,e){let i=t?r.entities[t]:void 0,n=`${t?.split(".")[0]}.${i?.translation_key}`;return i?.platform==="mybmw"&&e.includes(n)?i.device_id??void 0:void 0}var S=class extends b{static getStubConfig(){return{}}setConfig(){this.requestUpdate()}get context(){return this.context_}set context(t){let e=t?.entity_id!==this.context_?.entity_id;this.context_=t,e&&this.bind()}deviceId(t){let e=this.context_?.entity_id;return e&&t.entities[e]?.device_id||null}},V=class extends S{static{this.styles=[h,u`
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
    `]}content(t){let e=t.fact("fuel_percent")?.entity_id===this.context?.entity_id,i=e?"fuel_percent":"charge_level",n=t.fact(i),a=t.number(i);if(!n||a===void 0)return d;let s=e?void 0:t.number("charge_target"),c=e?void 0:t.number("predicted_charge_level"),w=[c!==void 0&&c>a?T("predicted",c):d,T("level",a),s!==void 0&&s<100?T("mark",s):d];return o`<div class="rail" role="img" aria-label=${t.label(n)}>${w}</div>`}};function T(r,t){return o`<i class=${r} style=${`--at:${Math.min(100,Math.max(0,t))}`}></i>`}var R=class extends B{static{this.styles=[...B.styles,u`
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
    `]}},E=class extends S{static{this.styles=[h,u`
      :host {
        display: block;
        position: relative;
        width: 100%;
        min-height: var(--feature-height, 42px);
      }
    `]}content(t){let{car:e}=t,i=Object.fromEntries(this.names(e).map(a=>[a,e.commands[a]??null])),n=new g(t.hass,{...e,commands:i},this);return o`<mybmw-compact-commands .view=${n}></mybmw-compact-commands>`}},H=class extends E{names(){return["lock","unlock"]}},j=class extends E{names(){return["climate_start","climate_stop"]}},ce={charge:{element:V,keys:["sensor.remaining_battery_percent","sensor.remaining_fuel_percent","sensor.charging_status","number.target_soc"]},lock:{element:H,keys:["lock.lock","binary_sensor.door_lock_state"]},climate:{element:j,keys:["switch.climate","sensor.climate_status"]}};function Y(){p("mybmw-compact-commands",R),window.customCardFeatures=window.customCardFeatures??[];for(let[r,{element:t,keys:e}]of Object.entries(ce))p(`mybmw-${r}-feature`,t),window.customCardFeatures.push({type:`mybmw-${r}-feature`,get name(){return`MyBMW: ${m()[r]}`},isSupported:(i,{entity_id:n})=>de(i,n,e)!==void 0,configurable:!1})}function q(r){return class extends HTMLElement{static{this.generate=r}static shouldRegenerate(t,e,i){return["entities","devices","language"].some(a=>e[a]!==i[a])||e.config.state!==i.config.state}static getCreateSuggestions(){return{title:m().cars,icon:"mdi:car-multiple"}}}}function J(){let r=()=>import("./mybmw-views-PT3KWWM2.js");p("ll-strategy-dashboard-mybmw",q(async(t,e)=>(await r()).dashboard(e))),p("ll-strategy-view-mybmw-car",q(async(t,e)=>(await r()).carView(t,e))),p("ll-strategy-section-mybmw-car",q(async(t,e)=>(await r()).carSection(t,e))),window.customStrategies=window.customStrategies??[],window.customStrategies.push({type:"mybmw",strategyType:"dashboard",get name(){return m().cars},get description(){return m().dashboard}})}var le={device_tracker:"place",climate:"climate",event:"commands",calendar:"service"};function Q(r,t){let e=r.entities[t],i=e?.device_id?r.devices[e.device_id]:void 0;if(e?.platform!=="mybmw"||!i||i.entry_type==="service")return null;let n={type:"custom:mybmw-card",device_id:e.device_id},a=[{label:v(r.locale.language).whole,config:n}],s=le[t.split(".")[0]??""],c=A()[`part_${s}`];return s&&c&&a.push({label:c,config:{...n,parts:[s]}}),a}p("mybmw-card",C);window.customCards=window.customCards??[];window.customCards.push({type:"mybmw-card",name:"MyBMW",get description(){return v().description},preview:!0,getEntitySuggestion:Q});p("mybmw-badge",_);window.customBadges=window.customBadges??[];window.customBadges.push({type:"mybmw-badge",name:"MyBMW",get description(){return m().badge},preview:!0});Y();J();
