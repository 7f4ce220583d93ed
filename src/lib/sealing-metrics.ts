import { Counter, Gauge, type Registry } from 'prom-client';

/** A key that opens sealed values, as a scrape sees it. */
export interface KeyFacts {
  /** Of its Secret. */
  readonly name: string;
  /** The end of its certificate, milliseconds since the epoch. */
  readonly notAfter: number;
  /** Whether it is the one that seals. */
  readonly seals: boolean;
}

/** What is asked at a scrape. */
export interface SealingFacts {
  readonly keys: () => readonly KeyFacts[];
  /** RSA operations since the start. */
  readonly operations: () => number;
}

/** Counts keys and what they do. There are as many as somebody made, so their names may be labels. */
export function sealingMetrics(registers: Registry[]): { readonly watch: (facts: SealingFacts) => void; readonly collect: () => void } {
  let collect = (): void => {};
  return {
    // whoever opens nothing has no such metrics
    watch: ({ keys, operations: read }) => {
      const expiry = new Gauge({ name: 'prelude_sealing_key_expiry_seconds', help: "End of a sealing key's certificate, seconds since the epoch; seals says which one new values are sealed for.", labelNames: ['secret', 'seals'], registers });
      const operations = new Counter({ name: 'prelude_sealing_rsa_operations_total', help: 'RSA operations with private sealing keys.', registers });
      collect = () => {
        expiry.reset();
        for (const { name, notAfter, seals } of keys()) expiry.set({ secret: name, seals: String(seals) }, notAfter / 1000);
        operations.reset();
        operations.inc(read());
      };
    },
    collect: () => collect(),
  };
}
