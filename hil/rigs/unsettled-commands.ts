/**
 * Setpoints sent whose outcome is unknown and that no reading back has settled yet, over every death
 * of the runtime. Other commands are left to a person: no run waits for that.
 */
import type { CommandReport } from "@helix/supervisor";

export class UnsettledCommands {
  readonly #open = new Set<string>();
  readonly #settled = new Set<string>();

  get size(): number {
    return this.#open.size;
  }

  reported({ id, outcome, command }: Pick<CommandReport, "id" | "outcome" | "command">): void {
    // Its settling may come before the report that the outcome is unknown.
    if (outcome === "unknown" && command.type === "SetSetpoint" && !this.#settled.has(id)) this.#open.add(id);
  }

  resolved(id: string): void {
    this.#settled.add(id);
    this.#open.delete(id);
  }
}
