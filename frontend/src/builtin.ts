// The few texts that are shown while nothing was sent yet: in the card picker, and when nothing can be.

export interface Builtin {
  description: string;
  /** The integration does not answer. */
  unavailable: string;
  /** It has no car that the user may see. */
  no_car: string;
  whole: string;
}

const TEXTS: Record<string, Builtin> = {
  en: {
    description: "Your car at a glance",
    unavailable:
      "MyBMW is not ready. It may be starting, or its account is not set up under Settings → Devices & services.",
    no_car: "There is no car that you may see. Choose another one in the editor, or ask your administrator.",
    whole: "Car",
  },
  de: {
    description: "Dein Auto auf einen Blick",
    unavailable:
      "MyBMW ist nicht bereit. Vielleicht startet es noch, oder sein Konto ist unter Einstellungen → Geräte & Dienste nicht eingerichtet.",
    no_car:
      "Es gibt kein Auto, das du sehen darfst. Wähle im Editor ein anderes oder frage deinen Administrator.",
    whole: "Auto",
  },
  da: {
    description: "Din bil med et blik",
    unavailable:
      "MyBMW er ikke klar. Måske starter den, eller kontoen er ikke sat op under Indstillinger → Enheder og tjenester.",
    no_car: "Der er ingen bil, du må se. Vælg en anden i editoren, eller spørg din administrator.",
    whole: "Bil",
  },
  es: {
    description: "Tu coche de un vistazo",
    unavailable:
      "MyBMW no está listo. Puede que esté iniciando o que su cuenta no esté configurada en Configuración → Dispositivos y servicios.",
    no_car: "No hay ningún coche que puedas ver. Elige otro en el editor o pregunta a tu administrador.",
    whole: "Coche",
  },
  fr: {
    description: "Votre voiture en un coup d’œil",
    unavailable:
      "MyBMW n’est pas prêt. Il démarre peut-être, ou son compte n’est pas configuré dans Paramètres → Appareils et services.",
    no_car:
      "Il n’y a aucune voiture que vous puissiez voir. Choisissez-en une autre dans l’éditeur ou demandez à votre administrateur.",
    whole: "Voiture",
  },
  it: {
    description: "La tua auto a colpo d’occhio",
    unavailable:
      "MyBMW non è pronto. Forse si sta avviando, o il suo account non è configurato in Impostazioni → Dispositivi e servizi.",
    no_car:
      "Non c’è nessuna auto che puoi vedere. Scegline un’altra nell’editor o chiedi al tuo amministratore.",
    whole: "Auto",
  },
  nb: {
    description: "Bilen din på et blikk",
    unavailable:
      "MyBMW er ikke klar. Kanskje den starter, eller kontoen er ikke satt opp under Innstillinger → Enheter og tjenester.",
    no_car: "Det finnes ingen bil du kan se. Velg en annen i redigeringen, eller spør administratoren din.",
    whole: "Bil",
  },
  nl: {
    description: "Je auto in één oogopslag",
    unavailable:
      "MyBMW is niet gereed. Misschien start het nog, of het account is niet ingesteld onder Instellingen → Apparaten en diensten.",
    no_car: "Er is geen auto die je mag zien. Kies een andere in de editor of vraag het je beheerder.",
    whole: "Auto",
  },
  pl: {
    description: "Twój samochód w skrócie",
    unavailable:
      "MyBMW nie jest gotowe. Być może się uruchamia albo konto nie jest skonfigurowane w Ustawienia → Urządzenia i usługi.",
    no_car: "Nie ma samochodu, który możesz zobaczyć. Wybierz inny w edytorze lub zapytaj administratora.",
    whole: "Samochód",
  },
  sv: {
    description: "Din bil i en överblick",
    unavailable:
      "MyBMW är inte redo. Det kanske startar, eller så är kontot inte inställt under Inställningar → Enheter och tjänster.",
    no_car: "Det finns ingen bil som du får se. Välj en annan i redigeraren eller fråga din administratör.",
    whole: "Bil",
  },
};

/** Return these texts in a language, by default that of the page. */
export function builtin(language = document.documentElement.lang): Builtin {
  return TEXTS[language] ?? TEXTS[language.split("-")[0] ?? ""] ?? (TEXTS["en"] as Builtin);
}
