export {};
//# sourceMappingURL=follower.it.test.d.ts.map