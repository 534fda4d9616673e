// A photo as the service takes it: JPEG, no larger than a phone's screen needs, in base64 without the head of a data URL.

const LONGEST_PX = 1280;
const QUALITY = 0.75;

export async function shrunk(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")!.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", QUALITY).replace(/^[^,]*,/, "");
}
