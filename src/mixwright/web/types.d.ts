// What TypeScript's library does not know of the browser: the scope that an AudioWorklet's module runs in.
declare const sampleRate: number;
declare const currentFrame: number;
declare const currentTime: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
  constructor(options?: unknown);
}
declare function registerProcessor(name: string, processor: new (options: any) => AudioWorkletProcessor): void;
