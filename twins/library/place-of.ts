/** @throws RangeError for a name that is not there: a place of -1 would be written to in silence */
export function placeOf(quantities: readonly { readonly name: string }[], name: string): number {
  const place = quantities.findIndex((quantity) => quantity.name === name);
  if (place < 0) throw new RangeError(`the controllers of IndPenSim need ${name}, which the model lacks`);
  return place;
}
