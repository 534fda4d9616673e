// The photo of a notice, fetched once it is looked at.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { readPicture } from "../api/client";
import { sentence } from "../store/reading";
import { words } from "../words/language";

export function NoticePicture({ notice }: { notice: string }) {
  const source = useSignal<string | null>(null);
  const failure = useSignal<string | null>(null);
  useEffect(() => {
    readPicture(`/api/notices/${notice}/photo`).then(
      (picture) => (source.value = picture),
      (error: unknown) => (failure.value = sentence(error)),
    );
  }, [notice]);
  if (failure.value !== null) return <p class="quiet-text">{failure.value}</p>;
  return source.value === null ? null : <img class="notice-picture" src={source.value} alt={words.value.notice.photo} />;
}
