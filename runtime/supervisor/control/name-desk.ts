/** Names of people, changed while HELIX runs: the table and the record by the one writer that there is. */
import type { Random } from "@helix/hal";
import { type Actor, eraseNameIn, type Ledger, namePersonIn } from "@helix/ledger";
import type { Disk } from "@helix/platform";
import type { ControlRequest } from "./messages.ts";

type NameRequest = Extract<ControlRequest, { do: "name" | "erase-name" }>;

export interface NamePlace {
  /** The ledger's. */
  readonly folder: string;
  readonly ledger: Pick<Ledger, "append">;
  readonly disk: Disk;
  readonly random: Random;
}

export class NameDesk {
  readonly #place: NamePlace;
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(place: NamePlace) {
    this.#place = place;
  }

  /** @returns the record's sequence. @throws LedgerOpenError, LedgerUnavailableError */
  carryOut(request: NameRequest, actor: Actor): Promise<bigint> {
    // One at a time: each reads the whole table and writes it anew.
    const work = this.#last.then(() => this.#change(request, actor));
    this.#last = work.catch(() => {});
    return work;
  }

  #change(request: NameRequest, actor: Actor): Promise<bigint> {
    const { ledger, folder, disk, random } = this.#place;
    const { person, reason } = request;
    const change = { folder, disk, random: random.fork(`name-${this.#count++}`), person, actor, reason };
    if (request.do === "erase-name") return eraseNameIn(ledger, change);
    return namePersonIn(ledger, { ...change, name: request.name });
  }
}
