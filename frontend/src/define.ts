/** Define an element unless it is: two tabs of one page, or an old copy, may have loaded it before. */
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
