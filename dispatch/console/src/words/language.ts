// Which language the reader wants: Chinese unless switched, and the switch is kept on the device.
import { computed, signal, effect } from "@preact/signals";
import { en } from "./en";
import { zh, type Catalogue } from "./zh";

export type Language = "zh" | "en";

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { zh, en };

const KEPT = "language";

export const language = signal<Language>(kept());

/** Everything the pages say, in the reader's language. */
export const words = computed<Catalogue>(() => CATALOGUES[language.value]);

/** The locale that numbers and times are written in. */
export const locale = computed(() => (language.value === "zh" ? "zh-CN" : "en-GB"));

export function switchLanguage(): void {
  language.value = language.value === "zh" ? "en" : "zh";
  keep(language.value);
}

/** Keeps the document's `lang` and title true to what is shown, and all pages of the device in one language. */
export function nameDocument(title: (words: Catalogue) => string): void {
  addEventListener("storage", ({ key }) => key === KEPT && (language.value = kept()));
  effect(() => {
    document.documentElement.lang = locale.value;
    document.title = title(words.value);
  });
}

/** The name of a thing in the reader's language. */
export function nameOf(thing: { readonly name_zh: string; readonly name_en: string }): string {
  return language.value === "zh" ? thing.name_zh || thing.name_en : thing.name_en || thing.name_zh;
}

function kept(): Language {
  try {
    return localStorage.getItem(KEPT) === "en" ? "en" : "zh";
  } catch {
    return "zh";
  }
}

function keep(chosen: Language): void {
  try {
    localStorage.setItem(KEPT, chosen);
  } catch {
    // A browser that keeps nothing still shows the chosen language until the page is left.
  }
}
