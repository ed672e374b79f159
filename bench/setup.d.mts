/** Brings the environment in line with the requirements and returns its interpreter's path. */
export function peerPython(): string
