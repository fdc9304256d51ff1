/** What a package needs to offer a command of `helix`; the program itself starts in bin/. */
export * from "./command.ts";
export { hang } from "./help-text.ts";
