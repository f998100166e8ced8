export {};
//# sourceMappingURL=sim.sim.test.d.ts.map