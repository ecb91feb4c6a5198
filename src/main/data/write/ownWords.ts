/** What our own HDF5 files say of their states beside a layout that has no words for it: attributes of the file. */

/** Kinds of fields in the order of the channels, `density:rho,vector:v`. */
export const OWN_FIELDS = "noetherscope_fields";
/** `periodic`, `open`, or one a direction. */
export const OWN_BOUNDARY = "noetherscope_boundary";
/** What the channels are called, `u,v`, where nobody said how they transform; empty where they have no names. */
export const OWN_NAMES = "noetherscope_names";
/** Positions and times that nobody stated and that the layout cannot do without: `time,x,y`. */
export const OWN_ASSUMED = "noetherscope_assumed";
/** Units by name, `v=m/s,t=s`: an array of several fields has no word for each. */
export const OWN_UNITS = "noetherscope_units";
/** The equations and their numbers, `springs: k=2,rest=1`. */
export const OWN_PHYSICS = "noetherscope_physics";
/** The command that made the states: its settings, its seed, and the program's version. */
export const OWN_ORIGIN = "noetherscope_origin";
