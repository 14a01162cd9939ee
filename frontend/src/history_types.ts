// What `mybmw/card/history` answers.

export interface Trip {
  id: string;
  start: string | null;
  end: string;
  distance: number | null;
  duration: number | null;
  from: string | null;
  to: string | null;
  energy: number | null;
  consumption: number | null;
  fuel_consumption: number | null;
  electric_share: number | null;
  category: string | null;
}

export interface Charge {
  id: string;
  start: string | null;
  end: string | null;
  energy: number | null;
  soc_start: number | null;
  soc_end: number | null;
  place: string | null;
  cost: number | null;
  currency: string | null;
  kind: string | null;
  peak: number | null;
  curve: [string, number][] | null;
}

export interface History {
  month: string;
  first_month: string | null;
  trips: Trip[];
  charges: Charge[];
  /** The charge that goes on. */
  running: Charge | null;
  totals: Partial<
    Record<
      | "distance"
      | "trips"
      | "energy"
      | "consumption"
      | "fuel"
      | "fuel_consumption"
      | "electric_share"
      | "charged"
      | "charges",
      number | null
    >
  > & { costs?: Record<string, number>; fuel_costs?: Record<string, number> };
  battery: [string, number | null, number | null][];
  units: Partial<
    Record<"distance" | "energy" | "consumption" | "fuel" | "fuel_consumption" | "power", string>
  >;
}
