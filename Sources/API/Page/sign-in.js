// What the address asks for, as the link of a message does (/#alert=ID), stays in it through the sign-in.
"use strict";

document.querySelector("form").action += location.hash;
