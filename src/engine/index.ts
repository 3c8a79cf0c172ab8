export { tf } from "./load";
