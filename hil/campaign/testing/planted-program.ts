/** The virtual rig's program with the planted driver among the bench's parts. */
import { plantDriver } from "./planted-parts.ts";

plantDriver();

export { default } from "../../rigs/virtual-program.ts";
