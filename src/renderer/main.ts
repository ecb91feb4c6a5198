/** Starts the window: finds its host, then shows the application. */
import { mount } from "svelte";
import Root from "./Root.svelte";
import "./tokens.css";
import "./base.css";
import "./controls.css";

mount(Root, { target: document.getElementById("app")! });
