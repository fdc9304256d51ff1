/** What the tests of a file have started is ended, and what they have made is removed, when all are over. */
import { afterAll } from "vitest";

const duties: (() => void | Promise<void>)[] = [];

/** The duty that came last is done first. */
export function whenAllIsOver(duty: () => void | Promise<void>): void {
  duties.push(duty);
}

afterAll(async () => {
  for (const duty of duties.splice(0).reverse()) await duty();
});
