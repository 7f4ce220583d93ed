/** Argo CD's words for the state of an object, from best to worst. */
export const healthWords = ['Healthy', 'Suspended', 'Progressing', 'Missing', 'Degraded', 'Unknown'] as const;
export type HealthWord = (typeof healthWords)[number];

/** How one object, or an Application as a whole, fares. */
export interface Health {
  readonly status: HealthWord;
  /** Why; empty where there is nothing to say. */
  readonly message: string;
}

export const healthy: Health = { status: 'Healthy', message: '' };

export function progressing(message: string): Health {
  return { status: 'Progressing', message };
}

export function degraded(message: string): Health {
  return { status: 'Degraded', message };
}

/** True where `a` is worse than `b`, in Argo CD's order. */
export function isWorse(a: HealthWord, b: HealthWord): boolean {
  return healthWords.indexOf(a) > healthWords.indexOf(b);
}
