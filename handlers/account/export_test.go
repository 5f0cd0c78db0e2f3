package account

// MatrixSize is how many sub-accounts a page of permissions shows.
const MatrixSize = matrixSize
