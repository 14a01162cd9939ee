// Names and descriptions that Home Assistant's dialogs ask for before anything was sent.

export interface Picker {
  cars: string;
  dashboard: string;
  badge: string;
  charge: string;
  lock: string;
  climate: string;
}

const TEXTS: Record<string, Picker> = {
  en: {
    cars: "Cars",
    dashboard: "A dashboard for your cars: overview, charging, trips, service and statistics",
    badge: "Charge or fuel of your car",
    charge: "Charge with its target",
    lock: "Lock and unlock",
    climate: "Climate control",
  },
  de: {
    cars: "Autos",
    dashboard: "Ein Dashboard für deine Autos: Übersicht, Laden, Fahrten, Service und Statistik",
    badge: "Ladestand oder Tank deines Autos",
    charge: "Ladestand mit Ladeziel",
    lock: "Ver- und entriegeln",
    climate: "Klimatisierung",
  },
  da: {
    cars: "Biler",
    dashboard: "Et dashboard til dine biler: overblik, opladning, ture, service og statistik",
    badge: "Ladning eller brændstof i din bil",
    charge: "Ladning med mål",
    lock: "Lås og lås op",
    climate: "Klimaanlæg",
  },
  es: {
    cars: "Coches",
    dashboard: "Un panel para tus coches: resumen, carga, viajes, servicio y estadísticas",
    badge: "Carga o combustible de tu coche",
    charge: "Carga con su objetivo",
    lock: "Bloquear y desbloquear",
    climate: "Climatización",
  },
  fr: {
    cars: "Voitures",
    dashboard: "Un tableau de bord pour vos voitures : aperçu, charge, trajets, entretien et statistiques",
    badge: "Charge ou carburant de votre voiture",
    charge: "Charge et objectif",
    lock: "Verrouiller et déverrouiller",
    climate: "Climatisation",
  },
  it: {
    cars: "Auto",
    dashboard: "Una plancia per le tue auto: panoramica, ricarica, viaggi, manutenzione e statistiche",
    badge: "Carica o carburante della tua auto",
    charge: "Carica con obiettivo",
    lock: "Blocca e sblocca",
    climate: "Climatizzazione",
  },
  nb: {
    cars: "Biler",
    dashboard: "Et dashbord for bilene dine: oversikt, lading, turer, service og statistikk",
    badge: "Lading eller drivstoff i bilen din",
    charge: "Lading med mål",
    lock: "Lås og lås opp",
    climate: "Klimaanlegg",
  },
  nl: {
    cars: "Auto's",
    dashboard: "Een dashboard voor je auto's: overzicht, laden, ritten, onderhoud en statistieken",
    badge: "Lading of brandstof van je auto",
    charge: "Lading met doel",
    lock: "Vergrendelen en ontgrendelen",
    climate: "Klimaatregeling",
  },
  pl: {
    cars: "Samochody",
    dashboard: "Pulpit Twoich samochodów: przegląd, ładowanie, przejazdy, serwis i statystyki",
    badge: "Naładowanie lub paliwo samochodu",
    charge: "Naładowanie i cel",
    lock: "Blokowanie i odblokowanie",
    climate: "Klimatyzacja",
  },
  sv: {
    cars: "Bilar",
    dashboard: "En panel för dina bilar: översikt, laddning, resor, service och statistik",
    badge: "Laddning eller bränsle i din bil",
    charge: "Laddning med mål",
    lock: "Lås och lås upp",
    climate: "Klimatanläggning",
  },
};

/** Return these texts in a language, by default that of the page. */
export function picker(language = document.documentElement.lang): Picker {
  return TEXTS[language.split("-")[0] ?? ""] ?? (TEXTS["en"] as Picker);
}
