/** Child process: takes the lock named in its first argument, says so, and waits to be killed. */
import { createSystemPlatform, parentChannel } from "./index.ts";

const parent = parentChannel<object, { locked: true }>();
await createSystemPlatform().disk.lock(process.argv[2] as string);
parent.send({ locked: true });
parent.onMessage(() => {});
