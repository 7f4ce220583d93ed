/** How many columns a byte string takes: one for each character. */
export function widthOf(text: string): number {
  // bytes 0x80 to 0xbf go on with a character; most strings have none
  return /[\u0080-\u00bf]/.test(text) ? text.replaceAll(/[\u0080-\u00bf]/g, '').length : text.length;
}
