/** Source time stamps: the instant of inoculation plus plant time. */
export class PlantCalendar {
  readonly #inoculationMs: number;

  /** @param inoculation ISO 8601 UTC */
  constructor(inoculation: string) {
    this.#inoculationMs = Date.parse(inoculation);
  }

  dateOf(plantTimeS: number): Date {
    return new Date(this.#inoculationMs + 1000 * plantTimeS);
  }
}
