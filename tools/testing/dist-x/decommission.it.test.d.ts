export {};
//# sourceMappingURL=decommission.it.test.d.ts.map