"""Words of the market in Thai, Chinese and English: cut, understood, corrected, ranked."""
