"""What the service stores: accounts, repositories, datasets, columns, processes."""
