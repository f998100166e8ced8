export {};
//# sourceMappingURL=quorum.it.test.d.ts.map