/** Memory that one reading leaves to the next, of what nobody sees but the reader: states in the order of their file. */
import type { TensorData } from "../../shared/tensor";

/** More bytes than this are given back to the system. */
const MOST = 1 << 26;

export class Spare {
  #data: TensorData | undefined;

  /** Gone until it is given again, so that two readings at once do not share it. */
  take(): TensorData | undefined {
    const data = this.#data;
    this.#data = undefined;
    return data;
  }

  give(data: TensorData): void {
    if (data.byteLength <= MOST) this.#data = data;
  }
}
