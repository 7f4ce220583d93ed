/** Collects a flow scalar: blanks within a line are kept, one line break becomes a space, of several the first is dropped. */
export class FoldedText {
  #text = '';
  #blanks = '';
  /** The first line break since the last text, and those after it. */
  #first = '';
  #more = '';
  #isBroken = false;

  /** A line break, or one that is escaped, is the last that was added. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  addText(text: string): void {
    this.join();
    this.#text += text;
  }

  addBlank(blank: string): void {
    if (!this.#isBroken) this.#blanks += blank;
  }

  addBreak(text: string): void {
    if (this.#isBroken) this.#more += text;
    else this.#first = text;
    this.#isBroken = true;
    this.#blanks = '';
  }

  /** A line break that stands for nothing, but for which the blanks after it are dropped. */
  addEscapedBreak(): void {
    this.join();
    this.#isBroken = true;
  }

  /** Puts down what came between the last text and this place. */
  join(): void {
    if (!this.#isBroken) this.#text += this.#blanks;
    // line and paragraph separators are kept as they are
    else if (this.#first === '\n') this.#text += this.#more === '' ? ' ' : this.#more;
    else this.#text += this.#first + this.#more;
    this.#blanks = '';
    this.#first = '';
    this.#more = '';
    this.#isBroken = false;
  }

  get text(): string {
    return this.#text;
  }
}
