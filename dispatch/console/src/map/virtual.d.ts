/** The address of the map's worker in the build, from our own host; see vite.config.ts. */
declare module "virtual:map-worker" {
  const address: string;
  export default address;
}

declare module "*.json?url" {
  const address: string;
  export default address;
}
